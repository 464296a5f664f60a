/** Where traces of requests go, and what of a request they may hold. */
import type { SecretRef } from './secret-ref.ts'

/** From nothing at all to the text of request and answer. */
export type TraceContent = 'none' | 'metadata-only' | 'redacted' | 'full'

/** A sink; a table has at most one of each kind. */
export type TracePolicy = LangfusePolicy | OtlpPolicy

export type SinkKind = TracePolicy['kind']

export const SINK_KINDS: readonly SinkKind[] = ['langfuse', 'otlp']

interface AnySinkPolicy {
  /** `scheme://host:port`, followed by a path where there is one; no slash at the end. */
  url: string
  /** The most that it is given. */
  content: Exclude<TraceContent, 'none'>
  /** What the sink files the traces under; null = its default. */
  environment: string | null
  /** Most traces that may wait for it; beyond that the oldest go. */
  backlog: number
  /** Tells its keys from others in the same variables. Only a snapshot has it: a compiled table knows no keys. */
  keyMark?: string
}

/** A server of Langfuse. */
export interface LangfusePolicy extends AnySinkPolicy {
  kind: 'langfuse'
  publicKey: SecretRef
  secretKey: SecretRef
}

/** Whatever takes OTLP over HTTP as JSON. `url` is where it takes traces. */
export interface OtlpPolicy extends AnySinkPolicy {
  kind: 'otlp'
  /** By name in small letters. */
  headers: Readonly<Record<string, SecretRef>>
}
