/** What the control process asks of the thread that owns the database. */
import type { RequestMeasure } from './alert-policy.ts'
import type { WindowReading } from './alert-status.ts'
import type { Charge } from './charges.ts'
import type { History } from './history.ts'
import type { LedgerState } from './ledger-state.ts'
import type { LogLevel } from './log-line.ts'
import type { TraceOutbox } from './trace-outbox.ts'
import type { UsageQuery, UsageRow } from './usage-report.ts'

/** What a request that has ended had been charged for, with what it used. */
export type Booked = readonly BookedCharge[]

export interface BookedCharge {
  charge: Charge
  used: number
  /** Id of the reservation that it was taken by; left out where that is the request's own. */
  reservation?: string
}

/** A request that has ended, or another reservation of one. */
export interface Finished {
  id: string
  charges: Booked
}

export interface KeptBatch {
  /** Counts up with each record that is kept. */
  seq: number
  /** What the records that were new had been charged for, one entry for each charge. */
  fresh: Booked
}

export interface BookState {
  /** Of the last record in it. */
  seq: number
  ledger: LedgerState
}

export interface UsageBook {
  /** @param packed as packRecords() makes it; what cannot be read throws, and nothing of the batch is kept */
  keep: (packed: string) => KeptBatch
  /**
   * What an edge that begins must know.
   * @param now Unix ms
   */
  state: (now: number) => BookState
  usage: (query: UsageQuery) => UsageRow[]
  /** Forgets what is too old. */
  prune: (now: number) => void
}

/** All that is asked of the database. */
export type Books = UsageBook &
  History &
  TraceOutbox & {
    /** What alerts ask of requests: `createRequestWindows`. */
    windows: (measures: readonly RequestMeasure[], now: number) => WindowReading[]
    /** In Prometheus' text format. */
    metrics: () => string
    /** Does nothing but answer; throws where the file cannot be read. */
    ping: () => void
  }

/** How the thread is asked: one call of the books, answered under its number. */
export type BookCall = {
  [Method in keyof Books]: { call: number; method: Method; args: Parameters<Books[Method]> }
}[keyof Books]

/** A line that edge or control process printed, for the log; nobody waits for it. */
export interface NoteCall {
  note: string
  level: LogLevel
}

/** Whether lines of the log are to be told as well. */
export interface ListenCall {
  listen: boolean
}

export type BookAnswer =
  | { kind: 'result'; call: number; result: unknown }
  | { kind: 'error'; call: number; message: string }
  /** For the operator. */
  | { kind: 'log'; level: LogLevel; line: string }
  /** What was written to the log, each line with its end. */
  | { kind: 'lines'; lines: string }
