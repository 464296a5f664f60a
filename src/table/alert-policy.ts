/** What is watched, and who is told: `alerts` of the policy. */
import type { SecretRef } from './secret-ref.ts'

/** Which requests count; null = all. All that is named must hold. */
export interface AlertScope {
  clients: string[] | null
  /** As asked for, or as served. */
  models: string[] | null
  backends: string[] | null
  /** `ruleset/id`. */
  rules: string[] | null
}

/** Over the requests that ended within the last `overMs`. */
export interface RequestMeasure {
  kind: 'error-rate' | 'p95' | 'first-token' | 'cache-rate'
  scope: AlertScope
  overMs: number
  /** With fewer requests nothing is said. */
  atLeast: number
}

/** What is watched. Rates are in percent, times in ms; of a backend 1 = it is down, 0 = it is not. */
export type AlertMeasure =
  | RequestMeasure
  | { kind: 'backend-down'; backends: string[] }
  | { kind: 'budget'; clients: string[] }
  | { kind: 'trace-age' }

export interface Alert {
  measure: AlertMeasure
  /** On which side of `bound` it fires. */
  side: 'above' | 'below'
  bound: number
  /** It is well again here, or further from where it fires. */
  clearsAt: number
  forMs: number
  clearsAfterMs: number
  /** Null = it is told once. */
  repeatMs: number | null
  /** Keys of `receivers`. */
  to: string[]
}

export interface AlertReceiver {
  webhook: SecretRef
  /** Null = the webhook's own. */
  username: string | null
}

export interface AlertPolicy {
  receivers: Record<string, AlertReceiver>
  watch: Record<string, Alert>
}
