/**
 * Probes: how the control process asks a backend whether it is well.
 */
import type { Probe } from '../../src/table/health-policy.ts'
import type { BackendConfig } from '../config/backends.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { durationAt, type ResolveContext } from './resolve-context.ts'

/** More often would be traffic of its own. */
const SHORTEST_INTERVAL_MS = 1000

/** The edge forgets that a backend is down when it is not told so again in time. */
const LONGEST_TIMEOUT_MS = 60_000

/** @returns null = it is never asked; the built-in toy is always there */
export function resolveProbe(config: BackendConfig, at: Place, context: ResolveContext): Probe | null {
  if (config.kind === 'demo' || config.health === 'off') return null
  const { path = null, interval, timeout } = { ...DEFAULTS.health, ...config.health }
  const place = within(at, 'health')
  const timeoutMs = durationAt(timeout, within(place, 'timeout'), context)
  if (timeoutMs > LONGEST_TIMEOUT_MS) {
    context.report('resolve/out-of-range', `${quote('timeout')} cannot be ${quote(timeout)}`, {
      at: within(place, 'timeout'),
      label: 'must be from 1ms to 60s',
    })
  }
  return {
    path,
    intervalMs: durationAt(interval, within(place, 'interval'), context, SHORTEST_INTERVAL_MS),
    timeoutMs,
  }
}
