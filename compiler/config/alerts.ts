/** `alerts` of `policy.yaml`: what is watched, and who is told. */
import type { SecretFromEnv } from './backends.ts'
import type { OneOf, Several } from './rules.ts'
import type { Duration, DurationOrOff, ModelPattern, Name } from './scalars.ts'

/**
 * A rule, as `ruleset/id`.
 * @pattern ^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}/[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$
 * @examples ["main/forced"]
 */
export type RulePath = string

/** Who is told: an incoming webhook of Mattermost, Slack or whatever takes `{"text": …}`. */
export interface AlertReceiverConfig {
  /** Its URL, which is a secret: who knows it may post there. */
  webhook: SecretFromEnv
  /**
   * Under what name messages are posted, where the server allows it; left out, the webhook's own.
   * @pattern ^[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}$
   * @examples ["aicc"]
   */
  username?: string
}

/** Which requests count; all when left out. What is named beside each other must all hold. */
export interface AlertScopeConfig {
  /** Clients that ask. */
  client?: OneOf<Name>
  /** Models, as they are asked for or as they serve. */
  model?: OneOf<ModelPattern>
  /** Backends; of the error rate, what was tried there. */
  backend?: OneOf<Name>
  /** Rules that decide, as `ruleset/id`. */
  rule?: OneOf<RulePath>
}

/** Fires above a percentage. */
export interface ShareAboveConfig {
  /**
   * Percent.
   * @minimum 0
   * @maximum 99
   */
  above: number
  /**
   * It clears at this or less. As `above` when left out.
   * @minimum 0
   * @maximum 99
   */
  clearsAt?: number
}

/** Fires above so much of a budget. */
export interface BudgetShareConfig extends ShareAboveConfig {
  /** Whose budgets; all when left out. */
  client?: OneOf<Name>
}

/** Fires below a percentage. */
export interface ShareBelowConfig {
  /**
   * Percent.
   * @minimum 1
   * @maximum 100
   */
  below: number
  /**
   * It clears at this or more. As `below` when left out.
   * @minimum 1
   * @maximum 100
   */
  clearsAt?: number
}

/** Fires above a time. */
export interface TimeAboveConfig {
  above: Duration
  /** It clears at this or less. As `above` when left out. */
  clearsAt?: Duration
}

/** When an alert fires, when it is over, and who hears of it. */
interface AlertTimesConfig {
  /** How long it must be so before it fires. @default "1m" */
  for?: Duration
  /** How long it must be well again before it is over: what comes back within that was never away. @default "5m" */
  clearsAfter?: Duration
  /** How often receivers hear again that it still fires, or `off`. @default "4h" */
  repeat?: DurationOrOff
  /** Receivers. Each alert is in the log, whoever else is told. */
  to?: OneOf<Name>
}

/** Over the requests of a while. */
interface RequestAlertConfig extends AlertTimesConfig {
  of?: AlertScopeConfig
  /** The while. @default "5m" */
  over?: Duration
  /**
   * With fewer requests in it nothing is said.
   * @asType integer
   * @minimum 1
   * @maximum 1000000
   * @default 20
   */
  atLeast?: number
}

/** Requests that failed, for whatever but a fault of their own: 5xx and streams that broke. Of a backend: tries there. */
export interface ErrorRateAlertConfig extends RequestAlertConfig {
  errorRate: ShareAboveConfig
}

/** How long answers take: 95 of 100 are faster. */
export interface DurationAlertConfig extends RequestAlertConfig {
  p95: TimeAboveConfig
}

/** How long streams take to their first event with content: 95 of 100 are faster. */
export interface FirstTokenAlertConfig extends RequestAlertConfig {
  firstToken: TimeAboveConfig
}

/** Of the tokens sent to backends, those that their caches knew already. */
export interface CacheRateAlertConfig extends RequestAlertConfig {
  cacheRate: ShareBelowConfig
}

/** A backend that is down: its probe says so, or its requests fail. Each is an alert of its own. */
export interface BackendDownAlertConfig extends AlertTimesConfig {
  /** Backends; `*` = all but those that sleep until a request wakes them. */
  backendDown: Several<Name> | '*'
}

/** How much of a client's budget is used. Each budget is an alert of its own. */
export interface BudgetAlertConfig extends AlertTimesConfig {
  budget: BudgetShareConfig
}

/** How long the oldest trace has waited for its sink. */
export interface TraceAgeAlertConfig extends AlertTimesConfig {
  traceAge: TimeAboveConfig
}

export type AlertConfig =
  | ErrorRateAlertConfig
  | DurationAlertConfig
  | FirstTokenAlertConfig
  | CacheRateAlertConfig
  | BackendDownAlertConfig
  | BudgetAlertConfig
  | TraceAgeAlertConfig

/**
 * What is watched, and who is told. Messages hold names of the policy and numbers: no text of requests, no key, no address.
 * Whoever reads what is posted there learns these names.
 */
export interface AlertsConfig {
  /** Who can be told, by name. */
  receivers?: Record<Name, AlertReceiverConfig>
  /** Alerts by name. */
  watch: Record<Name, AlertConfig>
}
