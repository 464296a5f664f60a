/**
 * One edge process: started with inherited listening sockets, told its snapshot, drained and ended.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HandedSnapshot } from '../table/snapshot.ts'
import type { Listener, Runtime } from './run-file.ts'
import { writePrivate } from './state-folder.ts'
import { watchClients } from './client-watch.ts'
import { createEdgeControl, type EdgeControl } from './edge-control.ts'
import { createNoiseFilter } from './edge-noise.ts'
import { createEdgeWatchdog, HUNG_AFTER_MS, keepAsking } from './edge-watchdog.ts'
import { holdEdge } from './hold-edge.ts'
import { processIo } from './process-io.ts'
import { CONFIG_FILES, renderWorkerdConfig, type EdgeBackend } from './workerd-config.ts'

const READY_WITHIN_MS = 15_000

/** In an edge's folder: its control socket. */
export const EDGE_FILES = { socket: 'edge.sock' } as const

interface EdgeListener extends Listener {
  /** Its descriptor in this process. */
  fd: number
}

/** What an edge is started with; a change of any of it needs a new process. */
export interface EdgeConfig {
  /** Listening sockets. */
  http: EdgeListener | null
  /** With the certificate chain and its key, PEM. */
  https: (EdgeListener & { chain: string; key: string }) | null
  backends: readonly EdgeBackend[]
  /** Where it counts: an edge begins to count once, with what was used until then. Null = in its own memory. */
  countsIn: string | null
}

export interface EdgeLaunch extends EdgeConfig {
  runtime: Runtime
  /** The built app for that runtime. */
  bundle: string
  controlSocket: string
  /** A short path (socket paths end at about 100 bytes) in a private folder; made here, removed with the edge. */
  dir: string
  snapshot: HandedSnapshot
  /** Receives each line that the edge prints. */
  onLine: (line: string) => void
  /** How long the edge may leave every question unanswered before it counts as hung; 10 s unless told otherwise. */
  hungAfterMs?: number
}

type NamedLaunch = EdgeLaunch & Pick<EdgeProcess, 'name'>

export interface EdgeProcess extends Pick<
  EdgeControl,
  'push' | 'tellHealth' | 'traffic' | 'setShadow' | 'shadowReport' | 'book' | 'budgets'
> {
  /** Its own for good: records say by it which edge they are from. */
  name: string
  pid: number
  startedAt: Date
  /** Settles when the process is gone, with how it ended in words. */
  exited: Promise<string>
  /** Settles when the process is there but answers nothing any more; else never. */
  hung: Promise<void>
  /** Lets requests in flight finish, for so long at most. */
  stop: (drainMs: number) => Promise<void>
  kill: () => void
}

/**
 * Resolves when the edge serves the snapshot.
 * @throws Error with the edge's last words when it does not get there
 */
export async function launchEdge(launch: EdgeLaunch): Promise<EdgeProcess> {
  await mkdir(launch.dir, { mode: 0o700 })
  const edgeSocket = join(launch.dir, EDGE_FILES.socket)
  try {
    const named = { ...launch, name: randomUUID() }
    const child = await spawnEdge(named, edgeSocket)
    return await untilServing(child, edgeSocket, named)
  } catch (error) {
    await rm(launch.dir, { recursive: true, force: true })
    const reason = (error as Error).message
    throw new Error(`the edge (${launch.runtime}) did not start: ${reason}`, { cause: error })
  }
}

async function untilServing(
  child: ChildProcess,
  edgeSocket: string,
  launch: NamedLaunch,
): Promise<EdgeProcess> {
  const lastLines = relayLines(child, launch.onLine)
  const exited = untilExit(child, launch.dir)
  const stop = async (drainMs: number): Promise<void> => {
    if (drainMs > 0) await holdEdge(edgeSocket)
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), drainMs)
    await exited
    clearTimeout(timer)
  }
  try {
    const starting = createEdgeControl(edgeSocket)
    await untilReady(starting, exited)
    await starting.push(launch.snapshot)
  } catch (error) {
    await stop(0)
    const said = lastLines.map((line) => `\n  ${line}`).join('')
    throw new Error(`${(error as Error).message}${said}`, { cause: error })
  }
  // It has been read; no private key stays behind in a folder for temporary files.
  await rm(join(launch.dir, CONFIG_FILES.key), { force: true })
  const hungAfterMs = launch.hungAfterMs ?? HUNG_AFTER_MS
  const watchdog = createEdgeWatchdog(hungAfterMs, () => processIo(child.pid!))
  // Two calls in a row fit into the time.
  const control = createEdgeControl(edgeSocket, { answerWithinMs: hungAfterMs / 2, watchdog })
  const ended = new AbortController()
  void exited.then(() => ended.abort())
  if (launch.runtime === 'node') void keepAsking(control.ping, ended.signal)
  else {
    const listeners = [launch.http, launch.https].filter((socket) => socket !== null)
    void watchClients({ ...control, listeners }, ended.signal)
  }
  return {
    name: launch.name,
    pid: child.pid!,
    startedAt: new Date(),
    exited,
    hung: watchdog.hung,
    push: control.push,
    tellHealth: control.tellHealth,
    traffic: control.traffic,
    setShadow: control.setShadow,
    shadowReport: control.shadowReport,
    book: control.book,
    budgets: control.budgets,
    stop,
    kill: () => child.kill('SIGKILL'),
  }
}

async function spawnEdge(launch: NamedLaunch, edgeSocket: string): Promise<ChildProcess> {
  return launch.runtime === 'workerd' ? startWorkerd(launch, edgeSocket) : startNode(launch, edgeSocket)
}

async function startWorkerd(launch: NamedLaunch, edgeSocket: string): Promise<ChildProcess> {
  const { name, dir, http, https, controlSocket, backends } = launch
  await copyFile(launch.bundle, join(dir, CONFIG_FILES.worker))
  if (https !== null) {
    await writePrivate(join(dir, CONFIG_FILES.certificate), https.chain)
    await writePrivate(join(dir, CONFIG_FILES.key), https.key)
  }
  const config = join(dir, 'config.capnp')
  const text = renderWorkerdConfig({
    name,
    http: http !== null,
    https: https !== null,
    edgeSocket,
    controlSocket,
    backends,
  })
  await writePrivate(config, text)
  const fds = Object.entries({ http, https }).flatMap(([of, socket]) =>
    socket === null ? [] : [{ name: of, fd: socket.fd }],
  )
  const args = ['serve', ...fds.flatMap((socket, i) => ['--socket-fd', `${socket.name}=${3 + i}`]), config]
  // The package's own launcher script would not hand the descriptors on.
  const binary = (createRequire(import.meta.url)('workerd') as { default: string }).default
  return spawn(binary, args, {
    // No secret of ours is in its environment. A group of its own: Ctrl-C must not end it before it has drained.
    env: {},
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...fds.map(({ fd }) => fd)],
  })
}

async function startNode(launch: NamedLaunch, edgeSocket: string): Promise<ChildProcess> {
  const { name, http, https, controlSocket, backends } = launch
  const config = {
    name,
    http: http && { fd: 3 },
    https: https && { fd: 4, cert: https.chain, key: https.key },
    edgeSocket,
    controlSocket,
    backends,
  }
  // By a file, which the edge removes: an environment is readable in /proc for good, and bounded in size.
  await writePrivate(join(launch.dir, CONFIG_FILES.nodeEdge), JSON.stringify(config))
  // The folder is also named for whoever looks for an edge that lost its control process.
  return spawn(process.execPath, ['--enable-source-maps', launch.bundle, launch.dir], {
    // Half of the threads may wait for names: so many that lead nowhere keep nobody from the others.
    env: { NODE_ENV: 'production', UV_THREADPOOL_SIZE: '32' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', http?.fd ?? 'ignore', https?.fd ?? 'ignore'],
  })
}

/** @returns the last few lines, kept up to date */
function relayLines(child: ChildProcess, onLine: (line: string) => void): string[] {
  const last: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    const isNoise = createNoiseFilter()
    createInterface({ input: stream }).on('line', (line) => {
      if (isNoise(line)) return
      last.push(line)
      if (last.length > 20) last.shift()
      onLine(line)
    })
  }
  return last
}

async function untilExit(child: ChildProcess, dir: string): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    return signal ?? `exit code ${code}`
  } catch (error) {
    return (error as Error).message
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function untilReady(control: EdgeControl, exited: Promise<string>): Promise<void> {
  const end = exited.then((how) => ({ how }))
  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    try {
      await control.ping()
      return
    } catch (error) {
      const gone = await Promise.race([end, Promise.resolve(null)])
      if (gone !== null) throw new Error(`it ended with ${gone.how}`, { cause: error })
      if (Date.now() > deadline)
        throw new Error(`no answer within ${READY_WITHIN_MS / 1000} s`, { cause: error })
    }
    await sleep(15)
  }
}
