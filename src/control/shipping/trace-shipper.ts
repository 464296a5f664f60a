/**
 * Brings traces from the database to one sink, one batch after the other. It is poked when there are new ones, and waits
 * for nobody's sake but its own: neither requests nor their records ever wait for it.
 */
import type { TraceBacklog, TraceOutbox } from '../../table/trace-outbox.ts'
import type { SinkKind, TraceContent } from '../../table/trace-policy.ts'
import type { TraceDelivery, TraceSink } from '../../table/trace-sink.ts'
import { createRest } from '../rest.ts'
import { backOff } from './back-off.ts'
import type { Log } from '../../table/log-line.ts'

/** A sink, and how much may wait for it. */
export interface SinkInForce {
  /** Differs when anything of the sink does. */
  key: string
  backlog: number
  /** The most of text that it is given; left out, none. */
  content?: TraceContent
  /** Its `sinkPlace`; left out where it is given no text. */
  place?: string
  open: () => TraceSink
}

export interface TraceShipperOptions {
  kind: SinkKind
  /** The outbox in the database's thread. */
  outbox: {
    [Method in keyof TraceOutbox]: (
      ...args: Parameters<TraceOutbox[Method]>
    ) => Promise<ReturnType<TraceOutbox[Method]>>
  }
  /** By the policy in force; null = it names none. */
  sink: () => SinkInForce | null
  log: Log
  /** From 0 up to 1. */
  random: () => number
}

/** Since this process began. */
export interface ShippingCounts {
  shipped: number
  /** Shipped, although an earlier try may have arrived: the sink may have them twice. */
  duplicatesPossible: number
  /** Gone because too many waited. */
  dropped: number
  /** Spans of those shipped that the sink did not take, without saying which. */
  spansRefused: number
  /** Shipped without the text that waited with them: it was meant for another place or key. */
  textsWithheld: number
}

export interface ShippingStatus extends TraceBacklog, ShippingCounts {
  sink: SinkKind
  /** Why nothing is taken at the moment; null = it is. */
  problem: string | null
}

export interface TraceShipper {
  /** There may be something to ship. */
  poke: () => void
  /** Null = there is no sink. Rejects when the database does not answer. */
  status: () => Promise<ShippingStatus | null>
  /** Gives what is under way a moment, then cuts it short. */
  stop: () => Promise<void>
}

/** What comes within this time leaves together: a batch costs two synced transactions and a request, as much CPU as many traces. */
const LINGER_MS = 1000
const MOST_AT_ONCE = 1000
const STOP_WITHIN_MS = 2000
/** After so many failures in a row, batches grow smaller: one trace may be what the sink cannot bear. */
const PATIENCE = 3

export function createTraceShipper({ kind, outbox, sink, log, random }: TraceShipperOptions): TraceShipper {
  const counts: ShippingCounts = {
    shipped: 0,
    duplicatesPossible: 0,
    dropped: 0,
    spansRefused: 0,
    textsWithheld: 0,
  }
  let opened: { key: string; sink: TraceSink } | null = null
  let running: Promise<void> | null = null
  let isPoked = false
  let problem: string | null = null
  /** The place of which it was said that text was not meant for it. */
  let strangers: string | undefined
  const stopping = new AbortController()
  const { pause, wake } = createRest(stopping.signal)
  const cut = new AbortController()

  const opening = (wanted: SinkInForce): TraceSink => {
    if (opened?.key !== wanted.key) {
      void opened?.sink.close()
      opened = { key: wanted.key, sink: wanted.open() }
    }
    return opened.sink
  }
  const tell = (now: string | null): void => {
    if (now !== null && problem === null) log('warn', `${kind} does not take traces, they wait: ${now}`)
    if (now === null && problem !== null) log('info', `${kind} takes traces again`)
    problem = now
  }
  /** @returns whether there was as much as fits, and how long the sink asks to be left alone */
  const shipOnce = async (
    wanted: SinkInForce,
    most: number,
  ): Promise<{ isFull: boolean; retryAfterMs: number | null }> => {
    const batch = await outbox.nextTraces({
      sink: kind,
      most,
      backlog: wanted.backlog,
      content: wanted.content ?? 'metadata-only',
      ...(wanted.place !== undefined && { place: wanted.place }),
    })
    if (batch.dropped > 0) {
      counts.dropped += batch.dropped
      log('warn', `${batch.dropped} traces for ${kind} are lost: more than ${wanted.backlog} waited`)
    }
    if (batch.withheld !== undefined && wanted.place !== strangers) {
      strangers = wanted.place
      log('warn', `traces that wait for ${kind} go without their text: it was for another place or key`)
    }
    if (batch.traces.length === 0) return { isFull: false, retryAfterMs: null }
    const delivery = await opening(wanted).send(batch.traces, cut.signal)
    // Who fails alone, after so many failures, lets others go first.
    const alone = most === 1 && delivery.problem !== null ? batch.traces.map(({ seq }) => seq) : []
    await outbox.settleTraces(kind, alone.length === 0 ? delivery : putOff(delivery, alone))
    counts.shipped += delivery.done.length
    counts.textsWithheld += Math.min(batch.withheld ?? 0, delivery.done.length)
    counts.duplicatesPossible += Math.min(batch.sentBefore, delivery.done.length)
    if (delivery.dead.length > 0) {
      log('warn', `${delivery.dead.length} traces for ${kind} are given up: ${delivery.dead[0]?.why ?? ''}`)
    }
    if (delivery.spansRefused > 0) {
      counts.spansRefused += delivery.spansRefused
      log('warn', `${kind} took a batch without ${delivery.spansRefused} of its spans`)
    }
    tell(delivery.problem)
    const isFull = batch.more === true || batch.traces.length === most
    return { isFull, retryAfterMs: delivery.retryAfterMs }
  }
  const run = async (): Promise<void> => {
    let failures = 0
    let most = MOST_AT_ONCE
    await pause(LINGER_MS)
    while (!stopping.signal.aborted) {
      const wanted = sink()
      if (wanted === null) return
      isPoked = false
      let asked: number | null = null
      let isFull = false
      try {
        ;({ isFull, retryAfterMs: asked } = await shipOnce(wanted, most))
      } catch (error) {
        tell(error instanceof Error ? error.message : String(error))
      }
      failures = problem === null ? 0 : failures + 1
      most = nextMost(most, failures)
      if (failures > 0) await pause(backOff(failures, asked, random()))
      else if (!isFull && !isPoked) return
      else if (!isFull) await pause(LINGER_MS)
    }
  }
  const poke = (): void => {
    isPoked = true
    // Who ships already, and waits for no ailing sink, looks by itself.
    if (stopping.signal.aborted || (running !== null && problem === null)) return
    const wanted = sink()
    if (wanted === null) return
    // What another one asked for does not bind a new sink.
    if (opened !== null && opened.key !== wanted.key) wake()
    running ??= run().finally(() => {
      running = null
      if (isPoked) poke()
    })
  }
  return {
    poke,
    async status() {
      if (sink() === null) return null
      return { sink: kind, ...(await outbox.traceBacklog(kind)), ...counts, problem }
    },
    async stop() {
      stopping.abort()
      const timer = setTimeout(() => cut.abort(), STOP_WITHIN_MS)
      await running
      clearTimeout(timer)
      await opened?.sink.close()
    },
  }
}

/** Those that came back, or are in doubt, wait until others had their turn. */
function putOff(delivery: TraceDelivery, seqs: readonly number[]): TraceDelivery {
  return delivery.inDoubt > 0 ? { ...delivery, doubted: seqs } : { ...delivery, back: [], refused: seqs }
}

/**
 * A quarter with each failure, down to one; four times as many with each success. Back to all at once, and the one over
 * which they fail would be looked for from the beginning, for minutes.
 * @param failures in a row
 */
function nextMost(most: number, failures: number): number {
  if (failures === 0) return Math.min(MOST_AT_ONCE, most * 4)
  if (most === MOST_AT_ONCE && failures < PATIENCE) return most
  return Math.max(1, Math.floor(most / 4))
}
