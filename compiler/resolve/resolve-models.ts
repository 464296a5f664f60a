/**
 * Models: targets looked up among the backends, fallbacks followed by one step, timeouts and keep-alive as numbers.
 */
import { FAILURE_CAUSES, PLAIN_CAUSES } from '../../src/table/failure-causes.ts'
import type { FallbackConfig, ModelConfig, ServedModelConfig } from '../config/policy.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { findDestination } from './resolve-destination.ts'
import { isWildcard } from './resolve-names.ts'
import { resolveRetry } from './resolve-retry.ts'
import { resolveSurfaces } from './resolve-surfaces.ts'
import { resolveTarget } from './resolve-target.ts'
import { resolveTimeouts } from './resolve-timeouts.ts'
import { resolveUsage } from './resolve-usage.ts'
import type { ResolvedModel, ResolvedServedModel, ResolvedTarget } from './resolved-policy.ts'
import type { Scope } from './scope.ts'
import { isKnown } from './unknown-name.ts'

export function resolveModels(scope: Scope): Map<string, ResolvedModel> {
  const { models } = scope.policy
  return new Map(Object.entries(models).map(([name, config]) => [name, resolveModel(name, config, scope)]))
}

function resolveModel(name: string, config: ModelConfig, scope: Scope): ResolvedModel {
  const at: Place = { file: 'policy', path: ['models', name] }
  if ('rules' in config) {
    isKnown('ruleset', config.rules, within(at, 'rules'), scope)
    return { kind: 'ruled', rules: config.rules, at }
  }
  const { balance = DEFAULTS.balance, fallback = [], surfaces, translation = DEFAULTS.translation } = config
  return {
    kind: 'served',
    targets: resolvePool({ name, at, targets: config.targets, weighted: balance === 'weighted' }, scope),
    balance,
    fallback: fallback.flatMap((entry, i) => resolveFallback(entry, within(at, 'fallback', i), scope)),
    retry: resolveRetry({ model: config.retry, policy: scope.policy, at }, scope),
    onBreak:
      config.onBreak === undefined
        ? { value: DEFAULTS.onBreak, at: null }
        : { value: config.onBreak, at: within(at, 'onBreak') },
    surfaces: surfaces === undefined ? null : resolveSurfaces(surfaces),
    translation: translation === 'allow' ? null : translation,
    serverTools: config.serverTools ?? DEFAULTS.serverTools,
    limits: resolveUsage(config.limits, within(at, 'limits')),
    ...resolveTimeouts({ model: config, policy: scope.policy, at }, scope),
    at,
  }
}

function resolveFallback(
  entry: string | FallbackConfig,
  at: Place,
  scope: Scope,
): ResolvedServedModel['fallback'] {
  const [to, place, on] =
    typeof entry === 'string' ? [entry, at, PLAIN_CAUSES] : [entry.to, within(at, 'to'), entry.on]
  const found = findDestination(to, place, scope)
  // In the order in which causes are listed everywhere: how they are written means nothing.
  return found === undefined ? [] : [{ ...found, on: FAILURE_CAUSES.filter((cause) => on.includes(cause)) }]
}

interface Pool {
  /** Of the model. */
  name: string
  at: Place
  targets: ServedModelConfig['targets']
  weighted: boolean
}

function resolvePool({ name, at, targets, weighted }: Pool, scope: Scope): ResolvedTarget[] {
  return targets.flatMap((entry, i) => {
    const place = within(at, 'targets', i)
    const { target, weight, targetAt } =
      typeof entry === 'string'
        ? { target: entry, weight: undefined, targetAt: place }
        : { ...entry, targetAt: within(place, 'target') }
    if ((weight !== undefined) !== weighted) reportWeight({ name, at: place, weighted }, scope)
    if (target.endsWith('/*') && !isWildcard(name)) {
      reportWildcardTarget(name, target, targetAt, scope)
      return []
    }
    const resolved = resolveTarget(target, targetAt, scope)
    return resolved === undefined ? [] : [{ ...resolved, weight: weight ?? 1 }]
  })
}

function reportWeight({ name, at, weighted }: Omit<Pool, 'targets'>, { report }: Scope): void {
  if (weighted) {
    report('resolve/weights', `a target of the weighted pool ${quote(name)} has no weight`, {
      at,
      label: 'how large is its share?',
      help: 'write it as `{ target: backend/model, weight: 1 }`',
    })
    return
  }
  report('resolve/weights', `the pool ${quote(name)} is not weighted, so this weight has no effect`, {
    at: within(at, 'weight'),
    help: `add ${quote('balance: weighted')} to the model, or remove the weight`,
  })
}

function reportWildcardTarget(name: string, target: string, at: Place, { report }: Scope): void {
  report(
    'resolve/wildcard',
    `${quote(target)} needs a name to pass on, and ${quote(name)} is none with a ${quote('*')}`,
    {
      at,
      label: 'what should its `*` stand for?',
      help: 'name one model of the backend, or end the name of this model in `*`',
    },
  )
}
