/**
 * Labels: zones as ranks, reroutes followed.
 */
import type { Label } from '../../src/table/route-table.ts'
import type { LabelConfig } from '../config/policy.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { resolveDestination } from './resolve-destination.ts'
import type { ResolvedLabel } from './resolved-policy.ts'
import type { Scope } from './scope.ts'
import { zoneAt } from './unknown-name.ts'

export function resolveLabels(scope: Scope): Map<string, ResolvedLabel> {
  return new Map(
    Object.entries(scope.policy.labels ?? {}).map(([name, config]) => {
      const at: Place = { file: 'policy', path: ['labels', name] }
      const placeOf = (key: keyof LabelConfig): Place | null =>
        config[key] === undefined ? null : within(at, key)
      const label: Label = {
        mayReach: zoneAt(config.mayReach, within(at, 'mayReach'), scope),
        onDenied: resolveOnDenied(config, at, scope),
        trace: config.trace ?? DEFAULTS.label.trace,
        cache: config.cache ?? DEFAULTS.label.cache,
      }
      const places = {
        onDeniedAt: placeOf('onDenied'),
        traceAt: placeOf('trace'),
        cacheAt: placeOf('cache'),
      }
      return [name, { label, ...places, at }]
    }),
  )
}

function resolveOnDenied({ onDenied }: LabelConfig, at: Place, scope: Scope): Label['onDenied'] {
  if (onDenied === undefined) return null
  if (onDenied === 'block') return { kind: 'block' }
  const to = resolveDestination(onDenied.reroute, within(at, 'onDenied', 'reroute'), scope)
  return to === undefined ? null : { kind: 'reroute', to }
}
