/** The targets of a served model, with the way to each and the requests that it takes. */
import { targetKey } from '../emit/to-model.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolvedPolicy, ResolvedServedModel, ResolvedTarget } from '../resolve/resolved-policy.ts'
import type { Capability, Surface, TargetKey } from '../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import { surfacesOfTarget } from './surfaces-of-target.ts'
import { and, not, TRUE, type Formula } from './formula.ts'
import type { Space } from './space.ts'

export interface ServedTarget {
  key: TargetKey
  zone: number
  supports: readonly Capability[] | null
  mode: string | null
  /** What it can be asked for, translated or not. */
  surfaces: readonly Surface[]
  /** Fallback models on the way; empty = of the model's own pool, null = named in its own `fallback`. */
  via: readonly string[] | null
  at: Place
}

/** Pool, then fallbacks in the order in which they are tried; each target once, by the first way to it. */
export function servedTargets(name: string, policy: ResolvedPolicy): ServedTarget[] {
  const found = new Map<TargetKey, ServedTarget>()
  const served = policy.models.get(name)
  const translation = served?.kind === 'served' ? served.translation : null
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
      surfaces: surfacesOfTarget(backend, model, translation),
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
  if (served?.kind === 'served') visit(served, [])
  return [...found.values()]
}

export interface Selecting {
  policy: ResolvedPolicy
  space: Space
  /** Whether a rule forces the request past modes. */
  forced: boolean
}

/** The surfaces that a model serves: those that it lists or else all, as far as one of its targets can. */
export function surfacesOf(name: string, policy: ResolvedPolicy): Surface[] {
  const model = policy.models.get(name)
  if (model?.kind !== 'served') return []
  const targets = servedTargets(name, policy)
  return (model.surfaces ?? ALL_SURFACES).filter((surface) =>
    targets.some(({ surfaces }) => surfaces.includes(surface)),
  )
}

/** When a model serves the surface of a request at all. */
export function isServed(name: string, policy: ResolvedPolicy, space: Space): Formula {
  return space.surface(surfacesOf(name, policy))
}

/** When modes and abilities let a target take a request, labels aside. */
export function admits(
  { mode, supports, surfaces }: ServedTarget,
  { policy, space, forced }: Selecting,
): Formula {
  const passes = forced && mode !== null && policy.modes.get(mode)?.mode.whenOn === 'force-only'
  const gate = and(space.surface(surfaces), mode === null || passes ? TRUE : not(space.mode(mode)))
  if (supports === null) return gate
  const lacks = (capability: Capability): boolean => !supports.includes(capability)
  return and(
    gate,
    lacks('tools') ? space.flag('tools', false) : TRUE,
    lacks('vision') ? space.flag('images', false) : TRUE,
    lacks('json') ? space.flag('json', false) : TRUE,
  )
}
