/** `aicc serve` on fixed ports and folders, so that it can be killed and started again. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { EDGE_FILES } from '../../src/control/edge-process.ts'
import { processCommand } from '../../src/control/process-identity.ts'
import { readRunFile } from '../../src/control/run-file.ts'
import { unixRequest } from '../../src/control/unix-request.ts'
import type { Policies, Runtime } from '../conformance/harness/start-gateway.ts'

const CLI = fileURLToPath(new URL('../../compiler/commands/cli.ts', import.meta.url))
/** Far more than a start takes on a machine that is used up by others. */
const START_MS = 60_000

export interface ChaosGateway {
  stateDir: string
  lines: () => string
  write: (policies: Policies) => Promise<void>
  /** Pids of what runs; 0 = it does not. */
  pids: () => Promise<{ control: number; edge: number }>
  /** SIGKILL. Resolves when another edge serves. */
  killEdge: () => Promise<void>
  /** SIGKILL to the control process alone. */
  killControl: () => Promise<void>
  /** Resolves when it serves. */
  startControl: () => Promise<void>
  /** What the edge says on its control socket. */
  edgeStatus: () => Promise<EdgeFigures>
  stop: () => Promise<void>
}

export interface EdgeFigures {
  inFlight: number
  slots: Record<string, { busy: number; waiting: number }>
  records: { waiting: number; dropped: number }
}

export interface ChaosGatewayOptions {
  runtime: Runtime
  folder: string
  /** 127.0.0.1 unless told otherwise. */
  address?: string
  port: number
  environment: Record<string, string>
}

export function createChaosGateway(options: ChaosGatewayOptions): ChaosGateway {
  const { runtime, folder, address = '127.0.0.1', port, environment } = options
  const [policies, stateDir] = [join(folder, 'policies'), join(folder, 'state')]
  let child: ChildProcess | null = null
  let written = ''

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  const pids = async (): Promise<{ control: number; edge: number }> => {
    const run = await readRunFile(stateDir).catch(() => null)
    return { control: run?.pid ?? 0, edge: run?.edgePid ?? 0 }
  }
  const until = async (what: string, done: () => Promise<boolean>): Promise<void> => {
    for (const deadline = Date.now() + START_MS; !(await done());) {
      const ended = child === null || child.exitCode !== null
      if (ended || Date.now() > deadline)
        throw new Error(`${what} did not happen; the gateway wrote:\n${written.slice(-2000)}`)
      await sleep(20)
    }
  }

  return {
    stateDir,
    lines: () => written,
    pids,
    async write(files) {
      await mkdir(policies, { recursive: true })
      for (const name of ['policy', 'backends', 'clients'] as const) {
        await writeFile(join(policies, `${name}.yaml`), JSON.stringify(files[name], null, 2))
      }
    },
    async killEdge() {
      const { edge } = await pids()
      process.kill(edge, 'SIGKILL')
      await until('another edge', async () => ![0, edge].includes((await pids()).edge))
    },
    killControl: () => end('SIGKILL'),
    async startControl() {
      const flags = ['--policies', policies, '--state', stateDir, '--runtime', runtime]
      const listen = ['--https', 'off', '--http', `${address}:${port}`, '--admin', '127.0.0.1:0']
      child = spawn(process.execPath, [CLI, 'serve', ...flags, ...listen], {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      for (const stream of [child.stdout!, child.stderr!]) {
        stream.on('data', (data: Buffer) => (written += data.toString()))
      }
      const { pid } = child
      await until('a start', async () => (await pids()).control === pid)
    },
    async edgeStatus() {
      const { edge } = await pids()
      const [dir] = /\S+\/edge-\d+/.exec((await processCommand(edge)) ?? '') ?? []
      if (dir === undefined) throw new Error(`no edge with pid ${edge}`)
      const asked = { socketPath: join(dir, EDGE_FILES.socket), method: 'GET', path: '/status' } as const
      return JSON.parse((await unixRequest({ ...asked, timeoutMs: 10_000 })).body) as EdgeFigures
    },
    async stop() {
      const timer = setTimeout(() => child?.kill('SIGKILL'), 40_000)
      await end('SIGTERM')
      clearTimeout(timer)
    },
  }
}
