/**
 * Alerts that can never fire, because nothing can get beyond their bound or there is nothing to watch, and alerts that
 * could be over while they still have to fire.
 */
import type { Alert } from '../../src/table/alert-policy.ts'
import { quote } from '../diagnostics/quote.ts'
import { within } from '../resolve/place.ts'
import type { ResolvedAlert, ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { formatDuration } from './format-duration.ts'

interface Fault {
  message: string
  /** Below the alert's own. */
  path: string[]
  label: string
  help: string
}

export const alertBounds: Check = {
  name: 'alert-bounds',
  onlyIfSound: true,
  run(policy, { report }) {
    for (const [name, resolved] of policy.alerts.watch) {
      const { at, key } = resolved
      const fault = crossedBounds(name, resolved) ?? nothingToWatch(name, resolved, policy)
      if (fault === null) continue
      const { message, path, label, help } = fault
      const place = within(at, key, ...path)
      report('check/alert-bounds', message, {
        at: place,
        prefer: path.length === 0 ? 'key' : 'value',
        label,
        help,
      })
    }
  },
}

function crossedBounds(name: string, { alert: { side, bound, clearsAt } }: ResolvedAlert): Fault | null {
  if (side === 'above' ? clearsAt <= bound : clearsAt >= bound) return null
  return {
    message: `${quote(name)} would be over while it still has to fire`,
    path: ['clearsAt'],
    label: `must be at ${quote(side)} or ${side === 'above' ? 'less' : 'more'}`,
    help: `to let it clear where it fires, leave ${quote('clearsAt')} out`,
  }
}

function nothingToWatch(name: string, { alert }: ResolvedAlert, policy: ResolvedPolicy): Fault | null {
  const { measure } = alert
  const never = (path: string[], label: string, help: string): Fault => ({
    message: `${quote(name)} can never fire`,
    path,
    label,
    help,
  })
  if (measure.kind === 'p95' || measure.kind === 'first-token') return tooLong(alert, policy, never)
  if (measure.kind === 'budget') {
    if (measure.clients.some((client) => (policy.clients.get(client)?.budgets.length ?? 0) > 0)) return null
    return never([], 'there is no budget', 'give a client a `budget` in clients.yaml, or remove the alert')
  }
  if (measure.kind === 'trace-age') {
    if (policy.sinks.trace.length > 0) return null
    return never([], 'no traces are kept', 'say with `trace` where they go, or remove the alert')
  }
  if (measure.kind !== 'backend-down') return null
  if (policy.breaker !== null && measure.backends.length > 0) return null
  if (measure.backends.some((backend) => policy.backends.get(backend)?.health !== null)) return null
  return never(
    [],
    'nobody looks whether it is down',
    'give a backend a `health` check, or leave out `breaker: off`',
  )
}

/** No answer takes longer than its model's `total`. */
function tooLong(
  { bound }: Alert,
  { models }: ResolvedPolicy,
  never: (path: string[], label: string, help: string) => Fault,
): Fault | null {
  const totals = [...models.values()].flatMap((model) =>
    model.kind === 'served' ? [model.timeouts.total.value] : [],
  )
  const longest = Math.max(...totals)
  if (totals.length === 0 || bound < longest) return null
  return never(
    ['above'],
    `every request is ended after ${formatDuration(longest)}`,
    'choose a bound below the `total` of `timeouts`',
  )
}
