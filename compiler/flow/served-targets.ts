/** The targets of a served model, with the way to each and the requests that it takes. */
import { targetKey } from '../emit/to-model.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolvedPolicy, ResolvedServedModel, ResolvedTarget } from '../resolve/resolved-policy.ts'
import type { Capability, TargetKey } from '../../src/table/route-table.ts'
import { and, not, TRUE, type Formula } from './formula.ts'
import type { Space } from './space.ts'

export interface ServedTarget {
  key: TargetKey
  zone: number
  supports: readonly Capability[] | null
  mode: string | null
  /** Fallback models on the way; empty = of the model's own pool, null = named in its own `fallback`. */
  via: readonly string[] | null
  at: Place
}

/** Pool, then fallbacks in the order in which they are tried; each target once, by the first way to it. */
export function servedTargets(name: string, policy: ResolvedPolicy): ServedTarget[] {
  const found = new Map<TargetKey, ServedTarget>()
  const add = (target: ResolvedTarget, via: ServedTarget['via']): void => {
    const key = targetKey(target)
    const backend = policy.backends.get(target.backend)
    const model = backend?.models.get(target.model)
    if (backend === undefined || model === undefined || found.has(key)) return
    found.set(key, {
      key,
      zone: model.zone ?? backend.zone.value,
      supports: model.supports,
      mode: backend.mode?.name ?? null,
      via,
      at: target.at,
    })
  }
  const seen = new Set<ResolvedServedModel>()
  const visit = (model: ResolvedServedModel, via: readonly string[]): void => {
    if (seen.has(model)) return
    seen.add(model)
    for (const target of model.targets) add(target, via)
    for (const entry of model.fallback) {
      if (entry.kind === 'target') add(entry.target, via.length === 0 ? null : via)
      else {
        const next = policy.models.get(entry.model)
        if (next?.kind === 'served') visit(next, [...via, entry.model])
      }
    }
  }
  const model = policy.models.get(name)
  if (model?.kind === 'served') visit(model, [])
  return [...found.values()]
}

export interface Selecting {
  policy: ResolvedPolicy
  space: Space
  /** Whether a rule forces the request past modes. */
  forced: boolean
}

/** When a model serves the surface of a request at all. */
export function isServed(name: string, policy: ResolvedPolicy, space: Space): Formula {
  const model = policy.models.get(name)
  return model?.kind === 'served' && model.surfaces !== null ? space.surface(model.surfaces) : TRUE
}

/** When modes and abilities let a target take a request, labels aside. */
export function admits({ mode, supports }: ServedTarget, { policy, space, forced }: Selecting): Formula {
  const passes = forced && mode !== null && policy.modes.get(mode)?.mode.whenOn === 'force-only'
  const gate = mode === null || passes ? TRUE : not(space.mode(mode))
  if (supports === null) return gate
  const lacks = (capability: Capability): boolean => !supports.includes(capability)
  return and(
    gate,
    lacks('tools') ? space.flag('tools', false) : TRUE,
    lacks('vision') ? space.flag('images', false) : TRUE,
    lacks('json') ? space.flag('json', false) : TRUE,
  )
}
