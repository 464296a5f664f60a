/**
 * The control process's part in counting together with other nodes: it asks Redis for the edges, and tells it of
 * requests that have ended, so that what was let in while Redis was away is counted when it is back.
 */
import type { SharedLedger } from '../ports.ts'
import type { LedgerState } from '../table/ledger-state.ts'
import type { Finished } from '../table/usage-book.ts'
import type { Log } from '../table/log-line.ts'

/** As LedgerState has them. */
type Budgets = LedgerState['budgets']

export interface SharedConnection {
  ledger: SharedLedger
  /** Raises what is counted of budgets to so much, where it is less. Rejects when it gets no answer. */
  raise: (budgets: Budgets) => Promise<void>
  /** Resolves when it answers. */
  ping: () => Promise<unknown>
  close: () => void
}

/** Which Redis, and under which prefix. */
export interface SharedPlace {
  url: string
  prefix: string
}

export interface SharedStateOptions {
  /** By the policy in force; null = nothing is shared, undefined = none is in force yet. */
  place: () => SharedPlace | null | undefined
  /** @param onReady to be called whenever a Redis answers that may have forgotten all */
  connect: (place: SharedPlace, onReady: () => void) => SharedConnection
  /** What this node has booked of budgets whose period has not ended. */
  booked: () => Promise<Budgets>
  log: Log
}

export interface SharedStateControl {
  /** The ledger that the policy in force names; null = it names none. */
  ledger: () => SharedLedger | null
  /** Asks whether it answers; null = the policy in force names none. */
  ping: () => Promise<unknown> | null
  /**
   * Tells of requests that have ended; what cannot be told is told later.
   * @param ended asked only where it may matter
   */
  finish: (ended: () => readonly Finished[]) => void
  /**
   * Voids a reservation whose answer was not waited for; what Redis does not hear now it hears later. Until then it
   * counts, which refuses others sooner than need be and lets nobody through.
   */
  cancel: (id: string) => void
  close: () => void
}

const MOST_WAITING = 10_000
const TELL_AGAIN_MS = 1000
const CANCELLED_AT_ONCE = 64

/**
 * A Redis that is new, empty or back is brought up to what this node's own book says, so that neither a change of policy
 * nor a Redis that has lost its memory gives budgets anew.
 */
export function createSharedState({ place, connect, booked, log }: SharedStateOptions): SharedStateControl {
  let connected: { place: SharedPlace; connection: SharedConnection } | null = null
  const waiting = new Map<string, Finished>()
  const cancelled = new Set<string>()
  let isForgetful = false
  let telling = false
  let timer: NodeJS.Timeout | null = null
  let full = false

  const connection = (): SharedConnection | null => {
    const wanted = place() ?? null
    const present = connected?.place
    if (present?.url !== wanted?.url || present?.prefix !== wanted?.prefix) {
      connected?.connection.close()
      connected = wanted && { place: wanted, connection: connect(wanted, onReady) }
    }
    return connected?.connection ?? null
  }
  const onReady = (): void => {
    isForgetful = true
    if (!telling) void tell()
  }
  const hasNews = (): boolean => cancelled.size > 0 || waiting.size > 0 || isForgetful
  /** First of all: they keep places and budgets from others. */
  const cancelAll = async (): Promise<void> => {
    while (cancelled.size > 0) {
      const some = [...cancelled].slice(0, CANCELLED_AT_ONCE)
      const ledger = connection()?.ledger
      if (ledger !== undefined) await Promise.all(some.map(ledger.cancel))
      for (const id of some) cancelled.delete(id)
    }
  }
  const tellOnce = async (): Promise<void> => {
    if (place() === undefined) throw new Error('no policy is in force yet')
    await cancelAll()
    // Read before the rest is told: whatever stands in the book has been counted there when the level is raised.
    const level = isForgetful ? await booked() : null
    while (waiting.size > 0) {
      const some = [...waiting.values()]
      await connection()?.ledger.finish(some)
      full = false
      for (const { id } of some) waiting.delete(id)
    }
    if (level === null) return
    await connection()?.raise(level)
    isForgetful = false
  }
  const tell = async (): Promise<void> => {
    telling = true
    try {
      while (hasNews()) await tellOnce()
      telling = false
    } catch {
      timer = setTimeout(() => void tell(), TELL_AGAIN_MS)
      timer.unref()
    }
  }
  return {
    ledger: () => connection()?.ledger ?? null,
    ping: () => connection()?.ping() ?? null,
    finish(ended) {
      if (place() === null) return
      for (const one of ended()) {
        if (waiting.size < MOST_WAITING) waiting.set(one.id, one)
        else if (!full) {
          full = true
          log(
            'warn',
            `more than ${MOST_WAITING} requests wait for Redis: what others used is not counted there`,
          )
        }
      }
      if (!telling) void tell()
    },
    cancel(id) {
      if (place() === null || cancelled.size >= MOST_WAITING) return
      cancelled.add(id)
      if (!telling) void tell()
    },
    close() {
      if (timer !== null) clearTimeout(timer)
      waiting.clear()
      cancelled.clear()
      isForgetful = false
      connected?.connection.close()
      connected = null
    },
  }
}
