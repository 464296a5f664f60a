/** The text of a request and its answer, as traces have it: no more of either than is kept, and nothing but text. */
import type { HistoryEntry } from './history.ts'
import type { SinkKind } from './trace-policy.ts'

/** A call of a tool. */
export interface TraceCall {
  name: string
  /** JSON, as the model wrote it. */
  arguments: string
}

export interface TraceMessage {
  role: TraceRole
  /** What was left out of it stands there in brackets. */
  content: string
  /** Left out, none. */
  calls?: TraceCall[]
}

export type TraceRole = 'system' | 'user' | 'assistant' | 'tool' | 'other'

export interface TraceText {
  /** `redacted` = what detectors find in it was replaced before it was written anywhere. */
  content: 'redacted' | 'full'
  /** Who takes it. */
  sinks: SinkKind[]
  /** For each of them its `sinkPlace` by the policy of the request's time: it may go nowhere else. Left out once it is on its way there. */
  places?: Partial<Record<SinkKind, string>>
  input: TraceMessage[]
  /** Empty where there was no answer, or one without text. */
  output: TraceMessage[]
}

/** A trace on its way to a sink. */
export interface OutgoingTrace extends HistoryEntry {
  /** Left out where none was kept, or the sink takes none. */
  text?: TraceText
}
