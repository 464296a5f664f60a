/** Starts the real command on a policies folder of its own and waits until it says that it is ready. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { BackendsFile } from '../../../compiler/config/backends.ts'
import type { ClientsFile } from '../../../compiler/config/clients.ts'
import type { DetectorsFile } from '../../../compiler/config/detectors.ts'
import type { PolicyFile } from '../../../compiler/config/policy.ts'

export type Runtime = 'workerd' | 'node'

export interface Policies {
  policy: PolicyFile
  backends: BackendsFile
  clients: ClientsFile
  /** Packs of detectors, by the name of their file. */
  packs?: Record<string, DetectorsFile>
}

export interface GatewayOptions extends Policies {
  runtime: Runtime
  /** Secrets that the policies name. */
  env?: Record<string, string>
  /** A command that runs the one behind it, in a world of its own. */
  within?: readonly string[]
}

interface Listener {
  address: string
  port: number
}

/** What `serve` writes to its state folder when it is ready. */
export interface RunFile {
  pid: number
  edgePid: number
  runtime: Runtime
  https: Listener
  http: Listener
  admin: Listener
}

export interface Gateway {
  runtime: Runtime
  run: RunFile
  /** The CA's certificate, PEM. */
  ca: string
  /** Value of AICC_CLIENT_KEY. */
  clientKey: string
  /** Folder with `policies` and `state`. */
  folder: string
  /** All that the command wrote so far, both streams. */
  output: () => string
  stop: () => Promise<void>
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const CLI = join(ROOT, 'compiler/commands/cli.ts')
const START_MS = 30_000
const STOP_MS = 10_000

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-conf-'))
  const policies = join(folder, 'policies')
  const state = join(folder, 'state')
  await mkdir(policies)
  for (const name of ['policy', 'backends', 'clients'] as const) {
    // JSON is YAML; the compiler sees an ordinary folder.
    await writeFile(join(policies, `${name}.yaml`), JSON.stringify(options[name], null, 2))
  }
  const packs = Object.entries(options.packs ?? {})
  if (packs.length > 0) await mkdir(join(policies, 'detectors'))
  for (const [name, pack] of packs) {
    await writeFile(join(policies, `detectors/${name}.yaml`), JSON.stringify(pack, null, 2))
  }

  let output = ''
  const flags = ['--policies', policies, '--state', state, '--runtime', options.runtime]
  const listen = ['--https', '127.0.0.1:0', '--http', '127.0.0.1:0', '--admin', '127.0.0.1:0']
  const [command, ...args] = [...(options.within ?? []), process.execPath, CLI, 'serve']
  const child = spawn(command, [...args, ...flags, ...listen], {
    cwd: folder,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr.on('data', (data: Buffer) => (output += data.toString()))

  try {
    const run = await readRunFile(child, join(state, 'run.json'))
    return {
      runtime: options.runtime,
      run,
      ca: await readFile(join(state, 'ca.crt'), 'utf8'),
      clientKey: (await readFile(join(state, 'client.key'), 'utf8')).trim(),
      folder,
      output: () => output,
      stop: async () => {
        await stopChild(child)
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await stopChild(child)
    await rm(folder, { recursive: true, force: true })
    throw new Error(`aicc serve did not start; it wrote:\n${output}`, { cause: error })
  }
}

/** Nothing of the caller's environment may change what the gateway does. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AICC_|NODE_|VITEST|.*_PROXY$|.*_proxy$)/.test(name)),
  )
}

async function readRunFile(child: ChildProcess, path: string): Promise<RunFile> {
  const deadline = performance.now() + START_MS
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it exited with ${child.exitCode}`)
    try {
      return JSON.parse(await readFile(path, 'utf8')) as RunFile
    } catch {
      // Not there yet, or half written.
    }
    if (performance.now() > deadline) throw new Error(`no ${path} after ${START_MS} ms`)
    await sleep(25)
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await gone
  clearTimeout(timer)
}
