/**
 * Records on their way to the control process. They collect in memory and leave in batches, so that neither a slow
 * disk nor a control process that is down is felt by a request. What an edge holds dies with it: a record leaves a moment
 * after it came even while other batches wait for a disk. It is kept until its batch was taken, and its id makes a second
 * delivery harmless, so batches may overtake each other.
 *
 * Under workerd nothing may be sent on behalf of another request, so whoever begins a batch ships it, within its own
 * `defer`.
 */
import type { RequestRecord } from '../table/request-record.ts'
import { textSize } from '../table/text-size.ts'
import type { TraceText } from '../table/trace-text.ts'

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
  /** Records not taken yet, those under way included. */
  waiting: number
  /** Records lost since the start, because too many waited or they were refused. */
  dropped: number
}

export interface Outbox {
  record: (record: RequestRecord) => void
  counts: () => OutboxCounts
}

/** A batch costs as much CPU as many records do: half of this, and at 600 a second each costs 70 us more. */
const LINGER_MS = 40
/** So many leave before the linger is over. */
export const FULL_BATCH = 256
/** So many leave at once when they have piled up. */
const LARGEST_BATCH = 512
/** So many batches wait for an answer at once: beyond that a slow disk is not helped. */
export const MOST_UNDER_WAY = 4
export const MOST_WAITING = 10_000
/** Characters of text for traces that may wait: records beyond go without theirs. */
const MOST_TEXT_WAITING = 16 * 1024 * 1024
/** Characters of text after which a batch is full: who takes it must read it whole. */
const LARGEST_TEXT = 2 * 1024 * 1024
const BACKOFF_FIRST_MS = 100
const BACKOFF_MOST_MS = 2000
/** Longer than any delivery and pause takes: a shipper so silent went down with its request. */
const SILENT_MS = 15_000

interface Shipper {
  /** Unix ms at which it was last seen at work. */
  seenAt: number
  /** What it has under way. */
  records: readonly RequestRecord[]
  /** While it lets records collect. */
  endLinger: (() => void) | null
}

export function createOutbox({ ship, defer }: OutboxOptions): Outbox {
  /** Of nobody's batch yet, roughly in the order in which they came. */
  let waiting: RequestRecord[] = []
  const shippers = new Set<Shipper>()
  /** Takes what waits, after its linger or pause; the others have a batch under way. */
  let collector: Shipper | null = null
  let held = 0
  let textHeld = 0
  let dropped = 0
  /** In a row. */
  let failures = 0

  const linger = async (me: Shipper): Promise<void> => {
    const { promise: over, resolve } = Promise.withResolvers<void>()
    me.endLinger = resolve
    const timer = setTimeout(resolve, LINGER_MS)
    await over
    clearTimeout(timer)
    me.endLinger = null
  }
  const putBack = (me: Shipper): void => {
    waiting = [...me.records, ...waiting]
    me.records = []
  }
  const forget = (me: Shipper): void => {
    shippers.delete(me)
    if (collector === me) collector = null
  }
  /** @returns whether it was taken, or refused for good */
  const shipOnce = async (me: Shipper): Promise<boolean> => {
    const count = fitting(waiting)
    me.records = waiting.slice(0, count)
    waiting = waiting.slice(count)
    me.seenAt = Date.now()
    let isTaken: boolean
    try {
      isTaken = await ship({ dropped, records: me.records })
    } catch {
      failures += 1
      putBack(me)
      return false
    }
    // Another one has it, if this one was given up meanwhile.
    if (!shippers.has(me)) return true
    failures = 0
    held -= count
    for (const { text } of me.records) textHeld -= textSize(text)
    if (!isTaken) dropped += count
    me.records = []
    return true
  }
  const run = async (me: Shipper): Promise<void> => {
    while (shippers.has(me)) {
      if (waiting.length < FULL_BATCH) await linger(me)
      if (collector !== me) return
      collector = null
      const isDone = await shipOnce(me)
      if (collector !== null || waiting.length === 0) break
      collector = me
      me.seenAt = Date.now()
      if (!isDone) await sleep(Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** (failures - 1)))
    }
    forget(me)
  }
  const begin = (now: number): void => {
    for (const one of shippers) {
      if (now - one.seenAt < SILENT_MS) continue
      putBack(one)
      forget(one)
    }
    if (shippers.size === MOST_UNDER_WAY) return
    collector = { seenAt: now, records: [], endLinger: null }
    shippers.add(collector)
    defer(run(collector))
  }
  const hold = (record: RequestRecord): void => {
    const size = textSize(record.text)
    const kept = textHeld + size <= MOST_TEXT_WAITING ? record : { ...record, text: noRoom(record.text) }
    textHeld += textSize(kept.text)
    held += 1
    waiting.push(kept)
  }

  return {
    record(record) {
      if (held >= MOST_WAITING) dropped += 1
      else hold(record)
      const now = Date.now()
      if (collector === null || now - collector.seenAt >= SILENT_MS) begin(now)
      else if (waiting.length >= FULL_BATCH) collector.endLinger?.()
    },
    counts: () => ({ waiting: held, dropped }),
  }
}

/** Instead of a text for which there is no room. */
function noRoom(text: TraceText | undefined): TraceText {
  const input: TraceText['input'] = [{ role: 'other', content: '[text of which too much waits, not kept]' }]
  return { sinks: [], ...text, content: 'redacted', input, output: [] }
}

/** How many of them, from the first on, make a batch: at least one. */
function fitting(records: readonly RequestRecord[]): number {
  let text = 0
  const most = Math.min(records.length, LARGEST_BATCH)
  for (let count = 0; count < most; count += 1) {
    text += textSize(records[count]?.text)
    if (count > 0 && text > LARGEST_TEXT) return count
  }
  return most
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
