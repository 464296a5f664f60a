/**
 * The Go side: builds it on demand, starts the mock, runs load jobs.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Endpoint } from './arm.ts'
import type { Children } from './children.ts'

const run = promisify(execFile)

/** One arm of a job: where to call, and the body to send. */
export interface JobArm extends Endpoint {
  name: string
  body: string
}

/** See job.go for what each mode does. */
export interface Job {
  mode: 'interleaved' | 'sliced' | 'open' | 'streams'
  arms: JobArm[]
  connections: number
  seconds?: number
  warmupSeconds?: number
  sliceMs?: number
  /** Calls per second. */
  rate?: number
}

export interface Failures {
  count: number
  first: string
}

/** Rows are rounds, columns arms; microseconds, -1 for a call that failed. */
export interface InterleavedResult {
  total: number[][]
  first: number[][]
  failures: Failures[]
}

/** Times in microseconds; the i-th slices of all arms belong to the same round. */
export interface SlicedArm {
  slices: { seconds: number; total: number[] }[]
  failures: Failures
}

export interface SlicedResult {
  arms: SlicedArm[]
}

export interface OpenResult {
  total: number[]
  failures: Failures
}

export interface StreamsResult {
  first: number[]
  lag: number[]
  gap: number[]
  frames: number
  failures: Failures
}

export interface JobResults {
  interleaved: InterleavedResult
  sliced: SlicedResult
  open: OpenResult
  streams: StreamsResult
}

/** What the mock says of itself: its ports, and the certificate and key of the TLS one. */
export interface Mock {
  http: number
  https: number
  cert: string
  key: string
  pid: number
}

/** Compiles the load generator into the folder and returns its path. @throws Error that says what is missing. */
export async function buildLoadgen(folder: string): Promise<string> {
  const binary = join(folder, 'loadgen')
  try {
    await run('go', ['build', '-trimpath', '-o', binary, '.'], {
      cwd: join(import.meta.dirname, 'loadgen'),
      env: { ...process.env, GOTOOLCHAIN: 'local', GOPROXY: 'off', GOWORK: 'off' },
      timeout: 180_000,
    })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error(
        'the load generator is written in Go: install Go 1.23 or newer and put `go` on the PATH',
        {
          cause: error,
        },
      )
    }
    throw error
  }
  return binary
}

export async function startMock(children: Children, binary: string, cwd: string): Promise<Mock> {
  const child = children.start('the mock', [binary, 'mock'], { cwd, pipes: true })
  if (child.stdout === null || child.pid === undefined) throw new Error('the mock could not be started')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { ...(JSON.parse(line) as Omit<Mock, 'pid'>), pid: child.pid }
}

/** Runs load jobs, one at a time. */
export class LoadGenerator {
  readonly #children: Children
  readonly #binary: string
  readonly #cwd: string

  constructor(children: Children, binary: string, cwd: string) {
    this.#children = children
    this.#binary = binary
    this.#cwd = cwd
  }

  /** @throws Error when the generator itself fails; calls that failed are counted in the result. */
  async run<M extends Job['mode']>(job: Job & { mode: M }): Promise<JobResults[M]> {
    const child = this.#children.start('the load generator', [this.#binary, 'load'], {
      cwd: this.#cwd,
      pipes: true,
    })
    if (child.stdin === null || child.stdout === null) throw new Error('the load generator has no pipes')
    const exited = once(child, 'exit')
    child.stdin.end(JSON.stringify(job))
    let output = ''
    for await (const text of child.stdout.setEncoding('utf8')) output += String(text)
    await exited
    if (child.exitCode !== 0) this.#children.assertAlive(child)
    return JSON.parse(output) as JobResults[M]
  }
}
