/**
 * The breaker: the policy's own figures, else the defaults.
 */
import type { BreakerPolicy } from '../../src/table/health-policy.ts'
import type { PolicyFile } from '../config/policy.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { durationAt, type ResolveContext } from './resolve-context.ts'

/** It is counted in tenths, and a clock tells no shorter ones apart. */
const SHORTEST_WINDOW_MS = 1000

/** @returns null = off */
export function resolveBreaker({ breaker }: PolicyFile, context: ResolveContext): BreakerPolicy | null {
  if (breaker === 'off') return null
  const { window, minimum, failures, open, longest } = { ...DEFAULTS.breaker, ...breaker }
  const at = (name: string): Place => ({ file: 'policy', path: ['breaker', name] })
  const openMs = durationAt(open, at('open'), context)
  const longestMs = durationAt(longest, at('longest'), context)
  if (longestMs < openMs && breaker?.longest !== undefined) {
    context.report('resolve/out-of-range', `${quote('longest')} cannot be ${quote(longest)}`, {
      at: at('longest'),
      label: `must be at least ${quote('open')}, which is ${open}`,
    })
  }
  return {
    windowMs: durationAt(window, at('window'), context, SHORTEST_WINDOW_MS),
    minimum,
    failuresPercent: failures,
    openMs,
    longestMs: Math.max(longestMs, openMs),
  }
}
