/**
 * Where rules, fallbacks and reroutes lead: a model, an alias, or a place as `backend/model`. Exact names win;
 * wildcards are for clients, never for destinations: what their `*` stands for would be unknown.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { wildcardFor } from './resolve-names.ts'
import { resolveRetry } from './resolve-retry.ts'
import { resolveTarget } from './resolve-target.ts'
import { resolveTimeouts } from './resolve-timeouts.ts'
import { NO_LIMITS } from './resolve-usage.ts'
import { DEFAULTS } from './defaults.ts'
import type { ResolvedDestination } from './resolved-policy.ts'
import type { Scope } from './scope.ts'
import { reportUnknownModel } from './unknown-model.ts'

/** The key of the served model that a destination means, made where it names a place; undefined = reported. */
export function resolveDestination(to: string, at: Place, scope: Scope): string | undefined {
  const found = findDestination(to, at, scope)
  if (found?.kind !== 'target') return found?.model
  if (!scope.implicit.has(to)) {
    scope.implicit.set(to, {
      kind: 'served',
      targets: [found.target],
      balance: DEFAULTS.balance,
      fallback: [],
      retry: resolveRetry({ policy: scope.policy, at }, scope),
      onBreak: { value: DEFAULTS.onBreak, at: null },
      surfaces: null,
      translation: null,
      serverTools: DEFAULTS.serverTools,
      limits: NO_LIMITS,
      ...resolveTimeouts({ model: {}, policy: scope.policy, at }, scope),
      at,
    })
  }
  return to
}

/** A served model or a place; undefined when it is neither, which is then reported. */
export function findDestination(to: string, at: Place, scope: Scope): ResolvedDestination | undefined {
  const { policy, names, backends, report, locate } = scope
  const model = names.exact.get(to)
  if (model !== undefined) {
    const config = policy.models[model]
    if (config === undefined || !('rules' in config)) return { kind: 'model', model, at }
    report('resolve/ruled-destination', `${quote(to)} has rules of its own, so nothing can lead to it`, {
      at,
      label: 'must be a model with targets',
      secondary: [{ span: locate({ file: 'policy', path: ['models', model, 'rules'] }), text: 'its rules' }],
      notes: ['rules are asked once per request: what they say is then final'],
      help: 'name a model with targets, or a place as `backend/model`',
    })
    return undefined
  }
  if (backends.has(to.slice(0, to.indexOf('/')))) {
    const target = resolveTarget(to, at, scope)
    return target && { kind: 'target', target, at }
  }
  const wildcard = wildcardFor(to, names.written)
  reportUnknownModel({ name: to, at, known: knownDestinations(scope), orTarget: true, wildcard }, scope)
  return undefined
}

function knownDestinations({ policy, names, backends }: Scope): string[] {
  const served = [...names.exact].flatMap(([name, model]) => {
    const config = policy.models[model]
    return config !== undefined && 'rules' in config ? [] : [name]
  })
  const places = [...backends].flatMap(([name, { models }]) =>
    [...models.keys()].filter((key) => key !== '*').map((key) => `${name}/${key}`),
  )
  return [...served, ...places]
}
