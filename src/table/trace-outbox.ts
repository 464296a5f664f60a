/** Traces on their way to the sink, as the thread that owns the database hands them out. */
import type { HistoryEntry } from './history.ts'

export interface TraceBatch {
  /** Oldest first. */
  traces: HistoryEntry[]
  /** Those of them that were sent before without anybody hearing what became of it: the sink may have them twice. */
  sentBefore: number
  /** The oldest, which had to go because too many waited. */
  dropped: number
}

/** What became of traces that were sent, by `seq`. What nobody heard of again is named nowhere. */
export interface TraceSettlement {
  /** The sink has them. */
  done: readonly number[]
  /** It does not have them, and they are not to blame. */
  back: readonly number[]
  /** It refused them for now. */
  refused: readonly number[]
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

export interface TraceOutbox {
  /** @param query at most so many now; of more than `backlog` that wait the oldest are dropped */
  nextTraces: (query: { most: number; backlog: number }) => TraceBatch
  /** Refusals are counted: who has been refused too often is given up. */
  settleTraces: (settlement: TraceSettlement) => void
  traceBacklog: () => TraceBacklog
}
