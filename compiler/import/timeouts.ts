/**
 * Timeouts of LiteLLM are for one attempt; here `firstToken` is, which only streams have, and `total` is for all of
 * them together.
 */
import type { TimeoutsConfig } from '../config/policy.ts'
import { SECONDS, type Deployment } from './deployments.ts'
import { left, note, type Finding } from './finding.ts'
import type { Source, SourcePath } from './source.ts'
import { takeNumber } from './take-number.ts'

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

/** Seconds for an attempt and for its first event, where a deployment says nothing else. */
export type CommonTimeouts = Pick<AttemptTimeouts, 'timeout' | 'streamTimeout'>

export function readTimeouts(source: Source, findings: Finding[]): CommonTimeouts {
  const requestAt = ['litellm_settings', 'request_timeout']
  const routerAt = ['router_settings', 'timeout']
  const request = takeNumber(source, requestAt, SECONDS)
  const router = takeNumber(source, routerAt, SECONDS)
  const streamTimeout = takeNumber(source, ['router_settings', 'stream_timeout'], SECONDS)
  if (router !== null && request !== null) {
    findings.push(left(requestAt, request, '`router_settings.timeout` is in force instead'))
  }
  const timeout = router ?? request
  if (timeout !== null) {
    findings.push(tell({ timeout, streamTimeout, at: router === null ? requestAt : routerAt }))
  }
  return { timeout, streamTimeout }
}

/** The longest of a model's deployments counts for all of them. */
export function longestTimeouts(
  deployments: readonly Deployment[],
  common: CommonTimeouts,
  findings: Finding[],
): CommonTimeouts {
  const longest = (name: 'timeout' | 'streamTimeout', key: string): number | null => {
    const said = deployments.filter((deployment) => deployment[name] !== null)
    if (said.length === 0) return common[name]
    const most = Math.max(...said.map((deployment) => deployment[name] ?? 0))
    for (const { at, [name]: value } of said) {
      const why = `all targets of a model have one: the longest, ${seconds(most)}`
      if (value !== most) findings.push(left([...at, 'litellm_params', key], value, why))
    }
    return most
  }
  const timeout = longest('timeout', 'timeout')
  const streamTimeout = longest('streamTimeout', 'stream_timeout')
  for (const { at, timeout: own } of deployments) {
    if (own !== null && own === timeout) {
      findings.push(tell({ timeout, streamTimeout, at: [...at, 'litellm_params', 'timeout'] }))
    }
  }
  return { timeout, streamTimeout }
}

/** What becomes of a timeout that is in force. */
function tell({ timeout, streamTimeout, at }: CommonTimeouts & { at: SourcePath }): Finding {
  const unstreamed = 'an answer that is not streamed has no time for each attempt here, only `total`'
  return streamTimeout === null
    ? note(at, `it is \`firstToken\`; ${unstreamed}`)
    : left(at, timeout, unstreamed)
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
