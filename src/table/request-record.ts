/**
 * What is kept of a request once it has ended: allow-listed plain data, never a header or a key, and text of the request
 * or its answer only for a trace that may hold it. The edge makes one for each request that was let in, and ships it to
 * the control process.
 */
import type { FailureCause, Surface } from './route-table.ts'
import type { TraceLinks } from './trace-links.ts'
import type { SinkKind } from './trace-policy.ts'
import type { TraceText } from './trace-text.ts'
import type { Booked } from './usage-book.ts'
import type { Verdict } from './verdict.ts'

/** Tokens as the backend counted them on the wire, or as the gateway estimated them where it said nothing. */
export interface TokenUsage {
  input: number
  /** Of `input`, those that a cache of the backend's answered. */
  cachedInput: number
  output: number
  source: 'wire' | 'estimate'
}

/** An attempt that did not answer. */
export interface FailedAttempt {
  backend: string
  model: string
  /** `request` = the request itself was at fault. */
  cause: FailureCause | 'request'
  /** How long it was waited for. */
  ms: number
}

/** A target that was not asked in its turn, and why. */
export interface SkippedTarget {
  backend: string
  model: string
  /**
   * `down` = it was held to be down, and comes after all others; `mode` = the mode in `mode` kept it back; `full` = it
   * worked on as many requests as it may; `limit` = its backend's own limits were used up.
   */
  why: 'down' | 'mode' | 'full' | 'limit'
  mode?: string
}

export interface RequestRecord {
  /** The gateway's own id of the request: a UUID that begins with the time, primary key everywhere. */
  id: string
  /** The client's own unless something private was found in it; then that is `id`. */
  correlationId: string
  /** Unix ms: when it came, and when its answer ended, however it ended. */
  startedAt: number
  endedAt: number
  client: string
  surface: Surface
  /** The table's name for what was asked: `prefix*` for a wildcard, whatever stood in its place; null = unknown. */
  asked: string | null
  /** Key of the table's `models` that served it, and the target; null = none did. */
  model: string | null
  backend: string | null
  backendModel: string | null
  /** `ruleset/id`. */
  rule: string | null
  /** The arm of that rule's split, as the model that it names; left out, there is none. */
  variant?: string
  digest: string
  /** What the detectors said; null where they found nothing, read all, and flagged nothing. */
  verdict: Verdict | null
  stream: boolean
  /** HTTP status of the answer; for a stream the one it began with. */
  status: number
  /** Code of the error it ended with, mid-stream ones too; null = none. */
  error: string | null
  /** Attempts at backends, the successful one included. */
  attempts: number
  /** Those of them that failed, and places that were passed over; left out, none. */
  failures?: readonly FailedAttempt[]
  /** Targets that were not asked in their turn, the first eight of them; left out, none. */
  skipped?: readonly SkippedTarget[]
  /** From when it came until the first event with content, in ms; null = not streamed, or nothing came. */
  firstTokenMs: number | null
  /** What the gateway itself took, waiting for nobody, in us. */
  overheadUs: number
  /** In line for a place at a backend. */
  queuedMs: number
  /** Of the client and of rules; left out, none. */
  tags?: readonly string[]
  /** How many fields of the request the last attempt's translation left out; left out, none. */
  lost?: number
  /** The sinks that are to have a trace of it; left out, none. */
  traced?: readonly SinkKind[]
  /** For traces: why the answer ended, as its backend said; left out, it did not, or there is no trace. */
  finish?: readonly string[]
  /** What ties that trace to others; left out, nothing. */
  links?: TraceLinks
  /** For the trace alone; left out, it has none. No part of what is kept of the request itself. */
  text?: TraceText
  usage: TokenUsage
  /**
   * Nano-USD (1e-9 USD) by the prices of the table; where the target has none, what its backend says of it (LiteLLM does,
   * of answers that are not streamed); null = neither.
   */
  cost: number | null
  /** What it was charged for, with what it used: the control process books the same. */
  charges: Booked
}
