/**
 * How what one edge has counted gets to the next: an edge begins with what is booked, and hears afterwards of the
 * records that its predecessors still send, from requests they were answering when it took over.
 */
import type { LedgerState } from '../table/ledger-state.ts'
import type { RecordBatch } from '../table/record-batch.ts'
import type { Booked } from '../table/usage-book.ts'
import type { UsageStore } from './usage-store.ts'
import type { Log } from '../table/log-line.ts'

/** An edge as far as this goes. */
export interface CountingEdge {
  name: string
  /** Counts what was used elsewhere; rejects when it does not take it. */
  book: (booked: Booked) => Promise<void>
}

export interface RecordsStatus {
  /** Records that edges had to drop since this process began, because nobody took them. */
  dropped: number
  /** Why records are not being kept at the moment; null = they are. */
  problem: string | null
}

export interface Handover {
  /** What the edge that was started last begins with; null before the first. */
  ledger: () => LedgerState | null
  /**
   * Starts an edge with what is booked by now, and tells it of late records from then on.
   * @throws whatever `start` throws
   */
  launch: <Edge extends CountingEdge>(start: (ledger: LedgerState) => Promise<Edge>) => Promise<Edge>
  /** Keeps a batch for good; rejects when it cannot be kept just now. */
  keep: (batch: RecordBatch) => Promise<void>
  status: () => RecordsStatus
}

interface Late {
  seq: number
  edge: string
  booked: Booked
}

/** A disk that does not answer must not hold up a start: an edge that counts from zero serves. */
const STATE_WITHIN_MS = 2000
const TELL_AGAIN_MS = 500
const TELL_TIMES = 3
const NOTHING: LedgerState = { rates: {}, budgets: {} }

export function createHandover(store: Pick<UsageStore, 'keep' | 'state'>, log: Log): Handover {
  const dropped = new Map<string, number>()
  let problem: string | null = null
  let ledger: LedgerState | null = null
  let current: CountingEdge | null = null
  /** Kept while an edge starts; null while none does. */
  let late: Late[] | null = null

  const begin = async (): Promise<number> => {
    try {
      const state = await within(store.state(Date.now()), STATE_WITHIN_MS)
      ledger = state.ledger
      return state.seq
    } catch (error) {
      log('error', `the edge begins without what was used before: ${(error as Error).message}`)
      ledger = NOTHING
      return 0
    }
  }
  const tell = async (edge: CountingEdge, booked: Booked): Promise<void> => {
    if (booked.length === 0) return
    for (let time = 1; ; time += 1) {
      // A successor begins with what is booked.
      if (edge !== current) return
      try {
        return await edge.book(booked)
      } catch (error) {
        if (time === TELL_TIMES)
          return log('warn', `late records are not counted: ${(error as Error).message}`)
        await new Promise((resolve) => {
          setTimeout(resolve, TELL_AGAIN_MS)
        })
      }
    }
  }
  return {
    ledger: () => ledger,
    async launch(start) {
      late = []
      const seq = await begin()
      try {
        const edge = await start(ledger ?? NOTHING)
        const missing = late.filter((one) => one.seq > seq && one.edge !== edge.name)
        current = edge
        void tell(
          edge,
          missing.flatMap(({ booked }) => booked),
        )
        return edge
      } finally {
        late = null
      }
    },
    async keep({ edge, dropped: lost, packed }) {
      // Batches overtake each other.
      dropped.set(edge, Math.max(lost, dropped.get(edge) ?? 0))
      try {
        const { seq, fresh } = await store.keep(packed)
        if (problem !== null) log('info', 'records of requests are kept again')
        problem = null
        late?.push({ seq, edge, booked: fresh })
        if (current !== null && current.name !== edge) void tell(current, fresh)
      } catch (error) {
        const { message } = error as Error
        if (problem === null)
          log('error', `records of requests are not kept, the edge holds them back: ${message}`)
        problem = message
        throw error
      }
    },
    status: () => ({ dropped: [...dropped.values()].reduce((sum, count) => sum + count, 0), problem }),
  }
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`the database has not answered within ${ms} ms`)), ms)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
