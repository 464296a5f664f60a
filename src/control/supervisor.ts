/**
 * Keeps one edge serving: restarts it when it dies or hangs, swaps its snapshot, and replaces it by a new one beside it
 * where a change needs a new process. One operation at a time; a failure leaves everything as it was.
 */
import type { Snapshot } from '../table/snapshot.ts'
import type { EdgeConfig, EdgeProcess } from './edge-process.ts'
import { HUNG_AFTER_MS } from './edge-watchdog.ts'
import type { Log } from '../table/log-line.ts'

const BACKOFF_FIRST_MS = 100
const BACKOFF_MOST_MS = 5000
/** An edge that lived so long is no part of a crash loop. */
const SETTLED_AFTER_MS = 60_000
/** What a hung edge gets between SIGTERM and SIGKILL: its clients have waited long enough. */
const HUNG_GRACE_MS = 500

export interface Desired {
  config: EdgeConfig
  snapshot: Snapshot
}

export interface SupervisorOptions {
  launch: (desired: Desired) => Promise<EdgeProcess>
  log: Log
  /** Called with the edge that serves from now on. */
  onEdge: (edge: EdgeProcess) => void
  /** How long an edge that goes may take over its requests in flight. */
  drainMs: number
}

export type ApplyResult = 'started' | 'swapped' | 'restarted' | 'unchanged'

export interface EdgeStatus {
  state: 'running' | 'restarting' | 'stopped'
  pid: number | null
  /** How often it died; another is started each time. */
  restarts: number
  /** How often it hung and was ended; another is started each time. */
  hangs: number
  startedAt: Date | null
}

export class Supervisor {
  readonly #options: SupervisorOptions
  #desired: Desired | null = null
  #current: EdgeProcess | null = null
  readonly #edges = new Set<EdgeProcess>()
  #queue: Promise<unknown> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #restarts = 0
  #hangs = 0
  #failures = 0
  #stopped = false

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** The snapshot that an edge should serve; null before the first. */
  get snapshot(): Snapshot | null {
    return this.#desired?.snapshot ?? null
  }

  /** The edge that serves now; null while there is none. */
  get edge(): EdgeProcess | null {
    return this.#current
  }

  get status(): EdgeStatus {
    const state = this.#stopped ? 'stopped' : this.#current === null ? 'restarting' : 'running'
    const { pid = null, startedAt = null } = this.#current ?? {}
    return { state, pid, restarts: this.#restarts, hangs: this.#hangs, startedAt }
  }

  /**
   * Brings the edge to this state.
   * @throws Error when a new edge was needed and did not start; the old one serves on
   */
  apply(next: Desired): Promise<ApplyResult> {
    return this.#enqueue(() => this.#apply(next))
  }

  /** Ends all edges, letting requests in flight finish. */
  stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    return this.#enqueue(async () => {
      await Promise.all([...this.#edges].map((edge) => edge.stop(this.#options.drainMs)))
    })
  }

  /** Ends all edges now. */
  kill(): void {
    this.#stopped = true
    for (const edge of this.#edges) edge.kill()
  }

  async #apply(next: Desired): Promise<ApplyResult> {
    if (this.#stopped) throw new Error('the gateway is stopping')
    const previous = this.#desired
    const edge = this.#current
    if (edge !== null && previous !== null && isSame(previous.config, next.config)) {
      if (isSame(previous.snapshot, next.snapshot)) return 'unchanged'
      this.#desired = next
      if (await this.#push(edge, next.snapshot)) return 'swapped'
    }
    // Set before the launch: the new edge may ask for its snapshot with the first connection it accepts.
    this.#desired = next
    try {
      await this.#launch()
    } catch (error) {
      this.#desired = previous
      throw error
    }
    if (edge !== null) void edge.stop(this.#options.drainMs)
    return previous === null ? 'started' : 'restarted'
  }

  async #push(edge: EdgeProcess, snapshot: Snapshot): Promise<boolean> {
    try {
      await edge.push(snapshot)
      return true
    } catch (error) {
      this.#options.log(
        'warn',
        `edge ${edge.pid} took no snapshot, replacing it: ${(error as Error).message}`,
      )
      return false
    }
  }

  async #launch(): Promise<void> {
    const edge = await this.#options.launch(this.#desired!)
    clearTimeout(this.#timer)
    this.#current = edge
    this.#edges.add(edge)
    this.#options.onEdge(edge)
    void this.#watch(edge)
  }

  async #watch(edge: EdgeProcess): Promise<void> {
    const hung = await Promise.race([edge.hung.then(() => true), edge.exited.then(() => false)])
    // One that is draining has its deadline already.
    if (hung && this.#current === edge && !this.#stopped) {
      this.#options.log('error', `edge ${edge.pid} has not answered for ${HUNG_AFTER_MS / 1000} s, ending it`)
      await edge.stop(HUNG_GRACE_MS)
    }
    const how = await edge.exited
    this.#edges.delete(edge)
    if (this.#current !== edge) return
    this.#current = null
    if (this.#stopped) return
    if (hung) this.#hangs += 1
    else this.#restarts += 1
    if (Date.now() - edge.startedAt.getTime() > SETTLED_AFTER_MS) this.#failures = 0
    this.#scheduleRestart(`edge ${edge.pid} ${hung ? 'hung' : 'died'} (${how})`)
  }

  #scheduleRestart(why: string): void {
    const ceiling = Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** this.#failures)
    const delay = Math.round(ceiling * (0.5 + Math.random() / 2))
    this.#failures += 1
    this.#options.log('error', `${why}; starting another in ${delay} ms`)
    this.#timer = setTimeout(() => void this.#enqueue(() => this.#restart()), delay)
  }

  async #restart(): Promise<void> {
    // A reload that came in between may have started one.
    if (this.#stopped || this.#current !== null) return
    try {
      await this.#launch()
    } catch (error) {
      this.#scheduleRestart((error as Error).message)
    }
  }

  #enqueue<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(operation)
    this.#queue = result.catch(() => undefined)
    return result
  }
}

/** Both are plain JSON data, built the same way each time. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
