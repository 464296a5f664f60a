/**
 * The places where a served model's requests can end up, each with what it is.
 */
import type { Place } from '../load/loaded-policy.ts'
import type {
  ResolvedBackend,
  ResolvedBackendModel,
  ResolvedPolicy,
  ResolvedServedModel,
} from '../resolve/resolved-policy.ts'

export interface PossibleTarget {
  /** As `backend/model`. */
  name: string
  backend: ResolvedBackend
  model: ResolvedBackendModel
  /** Rank of the zone it is in. */
  zone: number
  /** The mode that gates it. */
  mode: string | null
  /** Null for the model's own pool; else where the fallback was written that leads to it. */
  fallback: Place | null
}

/** Pool, then fallbacks followed to their targets, each target once. Expects fallbacks without a cycle. */
export function targetsOf(served: ResolvedServedModel, policy: ResolvedPolicy): PossibleTarget[] {
  const found = new Map<string, PossibleTarget>()
  const seen = new Set<ResolvedServedModel>()
  const add = (target: { backend: string; model: string }, fallback: Place | null): void => {
    const name = `${target.backend}/${target.model}`
    const backend = policy.backends.get(target.backend)
    const model = backend?.models.get(target.model)
    if (backend === undefined || model === undefined || found.has(name)) return
    const zone = model.zone ?? backend.zone.value
    found.set(name, { name, backend, model, zone, mode: backend.mode?.name ?? null, fallback })
  }
  const visit = (model: ResolvedServedModel, via: Place | null): void => {
    if (seen.has(model)) return
    seen.add(model)
    for (const target of model.targets) add(target, via)
    for (const entry of model.fallback) {
      if (entry.kind === 'target') add(entry.target, via ?? entry.at)
      else {
        const next = policy.models.get(entry.model)
        if (next?.kind === 'served') visit(next, via ?? entry.at)
      }
    }
  }
  visit(served, null)
  return [...found.values()]
}
