/** The requests of the last thirty days, as the admin API pages through them. */
import type { FailedAttempt, SkippedTarget } from './request-record.ts'
import type { TraceLinks } from './trace-links.ts'
import type { SinkKind } from './trace-policy.ts'
import type { Verdict } from './verdict.ts'

/** Which of them. What is null does not matter. */
export interface HistoryFilter {
  client: string | null
  model: string | null
  backend: string | null
  rule: string | null
  /** Arm of a split, as the model that it names. */
  variant: string | null
  /** A status such as 429, or the first digit of several: 4 = 400 to 499. */
  status: number | null
  /** Only those that ended with an error, or only the others, among them those whose client hung up. */
  failed: boolean | null
  /** Unix ms at which they began: from, and before. */
  since: number | null
  until: number | null
}

export const ANY_REQUEST: HistoryFilter = {
  client: null,
  model: null,
  backend: null,
  rule: null,
  variant: null,
  status: null,
  failed: null,
  since: null,
  until: null,
}

export interface HistoryQuery {
  filter: HistoryFilter
  /** Only what was kept before the entry of this number: `next` of the page before; null = the newest. */
  before: number | null
  limit: number
}

/** One request; as RequestRecord has it, but for what it was charged. */
export interface HistoryEntry {
  seq: number
  id: string
  correlationId: string
  /** Unix ms. */
  startedAt: number
  endedAt: number
  client: string
  surface: string
  asked: string | null
  model: string | null
  backend: string | null
  backendModel: string | null
  rule: string | null
  /** The arm of that rule's split, as the model that it names; left out, there is none. */
  variant?: string
  digest: string
  stream: boolean
  status: number
  error: string | null
  attempts: number
  failures: readonly FailedAttempt[]
  /** Targets that were not asked in their turn; left out, none. */
  skipped?: readonly SkippedTarget[]
  /** Of its trace; left out, none. */
  links?: TraceLinks
  /** Why the answer ended, as its backend said; left out, it did not, or the policy has no trace sink. */
  finish?: readonly string[]
  firstTokenMs: number | null
  /** Output tokens a second behind the first one, of a stream that has enough of them; left out, it cannot be told. */
  tokensPerSecond?: number
  /** Null for records of earlier versions. */
  overheadUs: number | null
  queuedMs: number | null
  tags: readonly string[]
  lost: number
  inputTokens: number
  cachedInputTokens: number
  outputTokens: number
  estimated: boolean
  /** Nano-USD; null = no price. */
  cost: number | null
  verdict: Verdict | null
}

export interface HistoryPage {
  /** Newest first. */
  entries: HistoryEntry[]
  /** For the next page; null = this is the last. */
  next: number | null
}

export const AGGREGATE_GROUPS = ['client', 'model', 'backend', 'status', 'error', 'rule', 'variant'] as const
export type AggregateGroup = (typeof AGGREGATE_GROUPS)[number]

export interface AggregateQuery {
  filter: HistoryFilter & { since: number; until: number }
  /** Width of a slice of time in ms; null = one for all. */
  step: number | null
  /** Null = all together. */
  by: AggregateGroup | null
}

export interface AggregateRow {
  /** Unix ms at which the slice begins. */
  at: number
  /** Null where all are together, or where there was no such thing. */
  name: string | null
  requests: number
  failed: number
  inputTokens: number
  outputTokens: number
  /** Nano-USD. */
  cost: number
  /** Of the whole request, in ms, by rank; at the middle and at 95 of 100. */
  p50Ms: number
  p95Ms: number
  /** Until the first event of streams with one; null = there was none. */
  firstTokenP50Ms: number | null
  firstTokenP95Ms: number | null
}

export interface AggregateReport {
  /** Unix ms at which requests began: from, and before. */
  since: number
  until: number
  /** Width of a slice of time in seconds; null = one for all. */
  step: number | null
  /** In the order of time. */
  rows: AggregateRow[]
}

/** How it stands with the trace of a request at one sink. `dropped`: too many waited, and the oldest went. */
export interface SinkTrace {
  sink: SinkKind
  state: 'waiting' | 'sent' | 'given-up' | 'dropped'
  /** Of one that waits: how often the sink has refused it while others got through. */
  refusals: number
  /** Of one that is given up. */
  why: string | null
}

export interface TraceReport {
  request: HistoryEntry
  /** As sinks know it, 32 hexadecimal digits. */
  traceId: string
  /** Empty = there is no trace of it: the policy had no sink, or a label kept it back. */
  sinks: SinkTrace[]
}

export interface History {
  page: (query: HistoryQuery) => HistoryPage
  /** @param id its own, or the correlation id; of several the newest */
  find: (id: string) => HistoryEntry | null
  /** @param id as of find */
  trace: (id: string) => TraceReport | null
  aggregate: (query: AggregateQuery) => AggregateRow[]
}
