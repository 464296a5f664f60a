/** A service that takes traces. */
import type { TraceSettlement } from './trace-outbox.ts'
import type { LangfusePolicy, OtlpPolicy } from './trace-policy.ts'
import type { OutgoingTrace } from './trace-text.ts'

/** What became of what was sent. */
export interface TraceDelivery extends TraceSettlement {
  /** Spans of those that are done which the sink did not take: it does not say which. */
  spansRefused: number
  /** How many were sent and nobody knows whether they arrived. */
  inDoubt: number
  /** The sink asks to be left alone for so long; null = it does not say. */
  retryAfterMs: number | null
  /** Why not all could be delivered, for people, in words of ours; null = they could. */
  problem: string | null
}

/** Where traces go, and as whom. */
export type TraceServer =
  | (Pick<LangfusePolicy, 'kind' | 'url' | 'environment'> & { publicKey: string; secretKey: string })
  | (Pick<OtlpPolicy, 'kind' | 'url' | 'environment'> & { headers: Record<string, string> })

export interface TraceSink {
  /** Never rejects. @param signal cuts it short: what is under way is in doubt then */
  send: (traces: readonly OutgoingTrace[], signal: AbortSignal) => Promise<TraceDelivery>
  close: () => Promise<void>
}
