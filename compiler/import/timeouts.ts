/**
 * Timeouts of LiteLLM are for one attempt; here `firstToken` is, and `total` is for all of them together.
 */
import type { TimeoutsConfig } from '../config/policy.ts'

/** What the gateway waits for the first content, when nothing is said, in seconds. */
const FIRST_TOKEN = 60
const TOTAL = 600

export interface AttemptTimeouts {
  /** Seconds for an attempt, and for its first event; null = not said. */
  timeout: number | null
  streamTimeout: number | null
  /** How many targets may have to be tried. */
  attempts: number
}

/** Undefined where the defaults do. */
export function toTimeouts({
  timeout,
  streamTimeout,
  attempts,
}: AttemptTimeouts): TimeoutsConfig | undefined {
  const perAttempt = streamTimeout ?? timeout
  const firstToken = perAttempt === null ? FIRST_TOKEN : Math.max(perAttempt, 0.001)
  // The last attempt gets as long as the first, and an answer as long as LiteLLM gives it.
  const total = Math.max(TOTAL, firstToken * attempts, firstToken * (attempts - 1) + (timeout ?? 0))
  const config: TimeoutsConfig = {
    ...(perAttempt === null ? {} : { firstToken: seconds(firstToken) }),
    ...(total > TOTAL ? { total: seconds(Math.ceil(total)) } : {}),
  }
  return Object.keys(config).length === 0 ? undefined : config
}

function seconds(value: number): string {
  return Number.isInteger(value) ? `${value}s` : `${Math.round(value * 1000)}ms`
}
