/** Where traces of requests go, and what of a request they may hold. */
import type { SecretRef } from './secret-ref.ts'

/** From nothing at all to the text of request and answer. */
export type TraceContent = 'none' | 'metadata-only' | 'redacted' | 'full'

/** A server of Langfuse. */
export interface TracePolicy {
  kind: 'langfuse'
  /** `scheme://host:port`, followed by a path where it lives under one; no slash at the end. */
  url: string
  publicKey: SecretRef
  secretKey: SecretRef
  /** What Langfuse files the traces under; null = its default. */
  environment: string | null
  /** Most traces that may wait; beyond that the oldest go. */
  backlog: number
}
