/** Retries of LiteLLM: how often a request is tried again. */
import type { RetryConfig } from '../config/policy.ts'
import { left, type Finding } from './finding.ts'
import type { Source } from './source.ts'

/** More make no sense here: the pool goes round, and fallbacks come after. */
const MOST = 10

/** The router's number is in force where both say one. */
export function readRetries(source: Source, findings: Finding[]): RetryConfig | null {
  let times: number | null = null
  for (const section of ['router_settings', 'litellm_settings']) {
    const at = [section, 'num_retries']
    const written = source.take(at)
    if (written === undefined || written === null) continue
    if (typeof written !== 'number' || !Number.isInteger(written) || written < 0) {
      findings.push(left(at, written, 'it is no count'))
    } else if (times !== null) {
      findings.push(left(at, written, '`router_settings.num_retries` is in force instead'))
    } else {
      times = Math.min(MOST, written)
      if (times < written) findings.push(left(at, written, `${MOST} retries are the most`))
    }
  }
  return times === null ? null : { times }
}
