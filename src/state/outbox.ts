/**
 * Records on their way to the control process. They collect in memory and leave in batches, so that neither a slow
 * disk nor a control process that is down is felt by a request. One batch is under way at a time; a record is kept
 * until its batch was taken, and its id makes a second delivery harmless.
 *
 * Under workerd nothing may be sent on behalf of another request, so whoever begins a batch ships it and what follows,
 * within its own `defer`.
 */
import type { RequestRecord } from '../table/request-record.ts'

export interface OutgoingBatch {
  /** Records lost since the start. */
  dropped: number
  records: readonly RequestRecord[]
}

export interface OutboxOptions {
  /**
   * Hands a batch over.
   * @returns false when it was refused for good; rejects when it can be tried again
   */
  ship: (batch: OutgoingBatch) => Promise<boolean>
  /** Keeps the work alive after the response has been returned (waitUntil). */
  defer: (work: Promise<unknown>) => void
}

export interface OutboxCounts {
  /** Records not taken yet. */
  waiting: number
  /** Records lost since the start, because too many waited or they were refused. */
  dropped: number
}

export interface Outbox {
  record: (record: RequestRecord) => void
  counts: () => OutboxCounts
}

/** A batch costs as much as many records do; what an edge holds back dies with it, so it is not long. */
const LINGER_MS = 40
/** So many leave before the linger is over. */
const FULL_BATCH = 256
/** So many leave at once when they have piled up. */
const LARGEST_BATCH = 512
export const MOST_WAITING = 10_000
const BACKOFF_FIRST_MS = 100
const BACKOFF_MOST_MS = 2000
/** Longer than any delivery and pause takes: a shipper so silent went down with its request. */
const SILENT_MS = 15_000
const NOBODY = Number.NEGATIVE_INFINITY

export function createOutbox({ ship, defer }: OutboxOptions): Outbox {
  const waiting = new Map<string, RequestRecord>()
  let dropped = 0
  /** Who ships; another one takes over by counting up. */
  let shipper = 0
  /** Unix ms at which it was last seen at work. */
  let seenAt = NOBODY
  let endLinger: (() => void) | null = null

  const linger = async (): Promise<void> => {
    const over = new Promise<void>((resolve) => {
      endLinger = resolve
    })
    const timer = setTimeout(() => endLinger?.(), LINGER_MS)
    await over
    clearTimeout(timer)
    endLinger = null
  }
  const run = async (me: number): Promise<void> => {
    const isMine = (): boolean => shipper === me
    let failures = 0
    await linger()
    while (waiting.size > 0 && isMine()) {
      seenAt = Date.now()
      const records = first(waiting.values(), LARGEST_BATCH)
      try {
        if (!(await ship({ dropped, records }))) dropped += records.length
        failures = 0
      } catch {
        failures += 1
        await sleep(Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** (failures - 1)))
        continue
      }
      for (const { id } of records) waiting.delete(id)
      if (waiting.size > 0 && waiting.size < FULL_BATCH) await linger()
    }
    if (isMine()) seenAt = NOBODY
  }

  return {
    record(record) {
      if (waiting.size >= MOST_WAITING) dropped += 1
      else waiting.set(record.id, record)
      if (waiting.size === FULL_BATCH) endLinger?.()
      const now = Date.now()
      if (now - seenAt < SILENT_MS) return
      seenAt = now
      shipper += 1
      defer(run(shipper))
    },
    counts: () => ({ waiting: waiting.size, dropped }),
  }
}

function first<T>(values: Iterable<T>, most: number): T[] {
  const taken: T[] = []
  for (const value of values) {
    if (taken.length === most) break
    taken.push(value)
  }
  return taken
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
