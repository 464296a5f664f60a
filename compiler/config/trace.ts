/** `trace` of `policy.yaml`: where traces go. */
import type { SecretFromEnv } from './backends.ts'
import type { Name } from './scalars.ts'

/** Where traces go: one for each request, once it has ended. */
export interface TraceConfig {
  /** What kind of service takes them. */
  sink: 'langfuse'
  /**
   * Its address.
   * @pattern ^https?://
   */
  url: string
  /** How far the sink is trusted. */
  zone: Name
  /** The project's public key, `pk-lf-…`. */
  publicKey: SecretFromEnv
  /** The project's secret key, `sk-lf-…`. */
  secretKey: SecretFromEnv
  /**
   * What is kept of requests without a label. This version keeps no text yet, whatever is said here.
   * @default "metadata-only"
   * @values {"metadata-only": "Model, tokens, times and the like, but no text.", "redacted": "The text too, with what detectors found replaced.", "full": "The text of the request and of its answer too."}
   */
  content?: 'metadata-only' | 'redacted' | 'full'
  /**
   * What Langfuse files the traces under; left out, its own default.
   * @pattern ^(?!langfuse)[a-z0-9_-]{1,40}$
   * @examples ["production"]
   */
  environment?: string
  /**
   * How many traces may wait while the sink cannot be reached; beyond that the oldest go.
   * @minimum 100
   * @maximum 10000000
   * @asType integer
   * @default 100000
   */
  backlog?: number
}
