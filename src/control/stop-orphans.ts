/**
 * A control process that was killed leaves its edges serving, without anybody to reload them. The next start on the
 * same state folder takes over from them, and takes what they have held back.
 */
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordBatch } from '../table/record-batch.ts'
import { controlSocketPath, openControlSocket } from './control-socket.ts'
import { EDGE_FILES } from './edge-process.ts'
import { holdEdge } from './hold-edge.ts'
import { isAlive, listProcesses, processCommand } from './process-identity.ts'
import { unixRequest } from './unix-request.ts'
import { readIfThere, type StateFolder } from './state-folder.ts'

/** Prefix of the folders that sockets and edges live in; an edge's command line names its own. */
export const RUN_DIR_PREFIX = 'aicc-edge-'

/** What an edge gets that has been told to go and does not leave the port. */
const GRACE_MS = 2000
/** What it gets for the requests that it was answering, once it has left the port. */
const DRAIN_MS = 30_000
/** Longer than any pause between two attempts at delivering records. */
const DELIVERS_WITHIN_MS = 4000

interface Orphan {
  pid: number
  dir: string
}

export interface TakenOver {
  /** A line for the log for each edge that was found and told to go. */
  lines: string[]
  /** Folders that they still use, for who may have to start after us. */
  runDirs: string[]
  /** Settles when they are gone and nothing is left of them; never rejects. */
  ended: Promise<unknown>
}

/**
 * To be called by who holds the lock on the state folder. Resolves when the ports are free: edges that still answer
 * requests then end behind it.
 * @param keepRecords for those that edges have held back since their control process went
 */
export async function stopOrphans(
  state: StateFolder,
  keepRecords: (batch: RecordBatch) => Promise<void>,
): Promise<TakenOver> {
  // Whatever stands in that file: nothing else is ever removed.
  const named = ((await readIfThere(state.runDir)) ?? '').split('\n')
  const ours = named.filter((dir) => new RegExp(`^/\\S+/${RUN_DIR_PREFIX}[A-Za-z0-9]{6}$`).test(dir))
  const all = await Promise.all(ours.map((runDir) => takeOver(runDir, keepRecords)))
  return {
    lines: all.flatMap(({ lines }) => lines),
    runDirs: all.flatMap(({ runDirs }) => runDirs),
    ended: Promise.all(all.map(({ ended }) => ended)),
  }
}

async function takeOver(
  runDir: string,
  keepRecords: (batch: RecordBatch) => Promise<void>,
): Promise<TakenOver> {
  const orphans = await findOrphans(runDir)
  if (orphans.length === 0) {
    await rm(runDir, { recursive: true, force: true })
    return { lines: [], runDirs: [], ended: Promise.resolve() }
  }
  // The edges go on trying to deliver their records there.
  const socket = await openControlSocket(controlSocketPath(runDir), { snapshot: () => null, keepRecords })
  await Promise.all(orphans.map(untilDelivering))
  await Promise.all(orphans.map(untilPortIsFree))
  const end = async (): Promise<void> => {
    await Promise.all(orphans.map(untilGone))
    await socket.close()
    await rm(runDir, { recursive: true, force: true }).catch(() => {})
  }
  const lines = orphans.map(({ pid }) => `took over from an edge (pid ${pid}) whose control process is gone`)
  return { lines, runDirs: [runDir], ended: end() }
}

/**
 * By their command lines, which name their folders: what else could tell of them would have to be written after they
 * have started, and the control process may have been killed in between.
 */
async function findOrphans(runDir: string): Promise<Orphan[]> {
  return (await listProcesses()).flatMap(({ pid, command }) => {
    const [, , dir] = /( serve | --enable-source-maps )\S.* (\S+?)(\/config\.capnp)?$/.exec(command) ?? []
    return dir?.startsWith(join(runDir, '/')) === true ? [{ pid, dir }] : []
  })
}

/**
 * Pids are handed out again: only a process that is this edge by its command line is ended. One that has died and that
 * nobody has taken note of, as in a container, has none any more, and no socket.
 */
async function isRunning({ pid, dir }: Orphan): Promise<boolean> {
  return isAlive(pid) && (await processCommand(pid))?.includes(dir) === true
}

/**
 * Lets it serve on until it has found that its records are taken again: when it is told to go, its next attempt may be
 * further away than its end. Never rejects.
 */
async function untilDelivering({ dir }: Orphan): Promise<void> {
  const asked = { socketPath: join(dir, EDGE_FILES.socket), method: 'GET', path: '/status' } as const
  let before = 0
  for (const deadline = Date.now() + DELIVERS_WITHIN_MS; Date.now() < deadline; await sleep(50)) {
    try {
      const { body } = await unixRequest({ ...asked, timeoutMs: 1000 })
      const { waiting } = (JSON.parse(body) as { records: { waiting: number } }).records
      if (waiting === 0 || waiting < before) return
      before = waiting
    } catch {
      return
    }
  }
}

/**
 * Tells it to go. Node frees the port at once; workerd holds it to its end, and whoever connects meanwhile is cut off
 * then.
 */
async function untilPortIsFree(orphan: Orphan): Promise<void> {
  await holdEdge(join(orphan.dir, EDGE_FILES.socket))
  // One that does not listen there has been told before, or has lost its socket: only its end says that it let go.
  const tells = await isListening(orphan)
  signal(orphan, 'SIGTERM')
  for (const deadline = Date.now() + GRACE_MS; Date.now() < deadline; await sleep(20)) {
    if (!(await isRunning(orphan)) || (tells && !(await isListening(orphan)))) return
  }
  signal(orphan, 'SIGKILL')
  while (await isRunning(orphan)) await sleep(20)
}

async function untilGone(orphan: Orphan): Promise<void> {
  for (const deadline = Date.now() + DRAIN_MS; await isRunning(orphan); await sleep(50)) {
    if (Date.now() > deadline) signal(orphan, 'SIGKILL')
  }
}

/** Its control socket closes with its ports. */
function isListening({ dir }: Orphan): Promise<boolean> {
  const socket = connect(join(dir, EDGE_FILES.socket))
  return new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  }).finally(() => socket.destroy())
}

function signal({ pid }: Orphan, which: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, which)
  } catch {
    // It has gone by itself.
  }
}
