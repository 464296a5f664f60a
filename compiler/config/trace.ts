/** `trace` of `policy.yaml`: where traces go. */
import type { SecretFromEnv } from './backends.ts'
import type { Name, SinkHeaderName } from './scalars.ts'

/** What all kinds of sinks say. */
interface AnySinkConfig {
  /** How far the sink is trusted. */
  zone: Name
  /**
   * What is kept of requests without a label, and the most that is kept of others.
   * @default "metadata-only"
   * @values {"metadata-only": "Model, tokens, times and the like, but no text.", "redacted": "The text too, with what detectors found replaced.", "full": "The text of the request and of its answer too."}
   */
  content?: 'metadata-only' | 'redacted' | 'full'
  /**
   * How many traces may wait while the sink cannot be reached; beyond that the oldest go.
   * @minimum 100
   * @maximum 10000000
   * @asType integer
   * @default 100000
   */
  backlog?: number
}

/** A server of Langfuse. */
export interface LangfuseSinkConfig extends AnySinkConfig {
  /** A server of Langfuse. */
  sink: 'langfuse'
  /**
   * Its address.
   * @pattern ^https?://
   */
  url: string
  /** The project's public key, `pk-lf-…`. */
  publicKey: SecretFromEnv
  /** The project's secret key, `sk-lf-…`. */
  secretKey: SecretFromEnv
  /**
   * What Langfuse files the traces under; left out, its own default.
   * @pattern ^(?!langfuse)[a-z0-9_-]{1,40}$
   * @examples ["production"]
   */
  environment?: string
}

/** A collector of OpenTelemetry, or whatever else takes OTLP over HTTP as JSON. */
export interface OtlpSinkConfig extends AnySinkConfig {
  /** Whatever takes OTLP over HTTP as JSON. */
  sink: 'otlp'
  /**
   * Where it takes traces; without a path it is `/v1/traces`.
   * @pattern ^https?://
   * @examples ["http://127.0.0.1:4318/v1/traces"]
   */
  url: string
  /** Headers that it wants, such as `Authorization`, whole values from the environment. */
  headers?: Record<SinkHeaderName, SecretFromEnv>
  /**
   * The attribute `deployment.environment.name`; left out, there is none.
   * @pattern ^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$
   * @examples ["production"]
   */
  environment?: string
}

/** A service that takes traces. */
export type TraceSinkConfig = LangfuseSinkConfig | OtlpSinkConfig

/**
 * Services that take traces, at most one of each kind.
 * @minItems 1
 */
export type TraceSinkList = TraceSinkConfig[]

/** Where traces go: one for each request, once it has ended. */
export type TraceConfig = TraceSinkConfig | TraceSinkList
