/**
 * A control process on a stand-in edge, with a compiler that says what the test tells it to.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CompileOutcome } from '../../../src/control/gateway.ts'
import type { RunFile } from '../../../src/control/run-file.ts'
import { startControl, type Control, type ControlOptions } from '../../../src/runtime/control-node.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import { snapshotOf, writeMiniEdge } from './mini-edge.ts'

export const BROKEN: CompileOutcome = { ok: false, diagnostics: [], rendered: 'error[x]: frame' }

/** A table whose digest is that of its content, as the compiler's are. */
export function digested(changes: Partial<RouteTable> = {}): RouteTable {
  const { digest: _, ...content } = { ...snapshotOf('').table, ...changes }
  return { ...content, digest: createHash('sha256').update(JSON.stringify(content)).digest('hex') }
}

interface Rig {
  options: ControlOptions
  stateDir: string
  log: string[]
  /** What the injected compiler says from now on. */
  compiled: (outcome: CompileOutcome) => void
  environment: Record<string, string | undefined>
  start: (changes?: Partial<ControlOptions>) => Promise<Control>
}

export function ok(digest: string, changes: Partial<RouteTable> = {}): CompileOutcome {
  return { ok: true, table: { ...snapshotOf(digest).table, ...changes } }
}

export async function rig(): Promise<Rig> {
  const mini = await writeMiniEdge()
  const stateDir = join(mini.dir, 'state')
  const log: string[] = []
  const environment: Record<string, string | undefined> = {}
  let outcome = ok('one')
  const options: ControlOptions = {
    version: '1.2.3',
    policies: '/policies',
    stateDir,
    runtime: 'workerd',
    listen: { https: '127.0.0.1:0', http: '127.0.0.1:0', exposeHttp: false, names: [] },
    admin: '127.0.0.1:0',
    watch: false,
    suggestMode: (written, known) => `not ${written}, but ${known.join()}`,
    compile: () => Promise.resolve(outcome),
    build: () => Promise.resolve({ workerd: mini.workerd, node: mini.node }),
    environment: () => Promise.resolve(environment),
    log: (level, line) => log.push(`${level}: ${line}`),
  }
  onTestFinished(mini.remove)
  return {
    options,
    stateDir,
    log,
    environment,
    compiled: (next) => {
      outcome = next
    },
    start: async (changes) => {
      const control = await startControl({ ...options, ...changes })
      onTestFinished(control.stop)
      return control
    },
  }
}

export async function readRun(stateDir: string): Promise<RunFile> {
  return JSON.parse(await readFile(join(stateDir, 'run.json'), 'utf8')) as RunFile
}

export async function locksIn(stateDir: string): Promise<string[]> {
  const files = await readdir(stateDir).catch(() => [])
  return files.filter((name) => name.startsWith('serve.lock'))
}

interface Answer {
  digest: string
  hosts: string[]
  modesOn: string[]
}

async function answerAt(port: number): Promise<Answer> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })
    return (await response.json()) as Answer
  } catch {
    // An edge that goes closes what it has accepted and not read yet.
    return { digest: 'closed', hosts: [], modesOn: [] }
  }
}

export const digestAt = async (port: number): Promise<string> => (await answerAt(port)).digest
export const hostsAt = async (port: number): Promise<string[]> => (await answerAt(port)).hosts
export const modesAt = async (port: number): Promise<string[]> => (await answerAt(port)).modesOn

export const someBackend: RouteTable['backends'] = {
  gpu: {
    kind: 'openai',
    origin: 'http://127.0.0.1:9',
    basePath: '/v1',
    key: null,
    tls: null,
    health: null,
    limits: null,
    slots: null,
    wake: null,
    models: {},
  },
}
