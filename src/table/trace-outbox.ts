/** Traces on their way to the sinks, as the thread that owns the database hands them out. */
import type { SinkKind, TraceContent } from './trace-policy.ts'
import type { OutgoingTrace } from './trace-text.ts'

export interface TraceBatch {
  /** Oldest first; those that were refused come when no other waits. */
  traces: OutgoingTrace[]
  /** Those of them that were sent before without anybody hearing what became of it: the sink may have them twice. */
  sentBefore: number
  /** The oldest, which had to go because too many waited. */
  dropped: number
  /** Go without their text, which was for another place; left out, none. */
  withheld?: number
  /** There are others behind them: for which there was no room, their text being long, or that were refused; left out, there are not. */
  more?: true
}

/** What became of traces that were sent, by `seq`. What nobody heard of again is named nowhere. */
export interface TraceSettlement {
  /** The sink has them. */
  done: readonly number[]
  /** It does not have them, and they are not to blame. */
  back: readonly number[]
  /** It refused them for now. */
  refused: readonly number[]
  /** Nobody knows whether it has them, again and again: like refused ones, but that it may have them. Left out, none. */
  doubted?: readonly number[]
  /** It will never take them. */
  dead: readonly { seq: number; why: string }[]
}

export interface TraceBacklog {
  waiting: number
  /** Unix ms at which the oldest that waits had ended; null = none waits. */
  oldestAt: number | null
  /** Given up within the last thirty days, and why the last one was. */
  dead: number
  lastDeath: string | null
}

/** What waits for one sink waits for no other: each has all of this for itself. */
export interface TraceOutbox {
  /**
   * @param query at most so many now; of more than `backlog` that wait the oldest are dropped; `content` is what the sink
   *   takes, without which it is given no text, and `place` its `sinkPlace`: text that was meant for another is held back
   */
  nextTraces: (query: {
    sink: SinkKind
    most: number
    backlog: number
    content?: TraceContent
    place?: string
  }) => TraceBatch
  /** Refusals are counted, if others got through since the last: who has been refused too often is given up. */
  settleTraces: (sink: SinkKind, settlement: TraceSettlement) => void
  traceBacklog: (sink: SinkKind) => TraceBacklog
}
