/** What the causes of failed attempts mean for what is tried next. */
import type { FailureCause } from './route-table.ts'

/** All there are, in the order in which they are listed everywhere. */
export const FAILURE_CAUSES: readonly FailureCause[] = [
  'connect',
  'error',
  'rate-limit',
  'timeout',
  'context',
  'content-filter',
  'auth',
  'busy',
]

/**
 * What another target of a pool answers to, and a fallback that names no causes: all but a refusal for safety, which
 * must not be walked round unless the policy says so.
 */
export const PLAIN_CAUSES: readonly FailureCause[] = FAILURE_CAUSES.filter(
  (cause) => cause !== 'content-filter',
)

/** What may have passed after a while, so that the same target is worth another try. */
export const PASSING_CAUSES: readonly FailureCause[] = ['connect', 'error', 'rate-limit']

/** ` on context or timeout`, or nothing where a plain fallback would be tried as well. */
export function onCauses(on: readonly FailureCause[]): string {
  return PLAIN_CAUSES.every((cause) => on.includes(cause)) && on.length === PLAIN_CAUSES.length
    ? ''
    : ` on ${on.join(' or ')}`
}
