/**
 * A resolved model → the table's: fallback models followed down to their targets, each target once.
 */
import type { Model, ServedModel, TargetKey } from '../../src/table/route-table.ts'
import { toLimits } from './to-usage.ts'
import type { ResolvedModel, ResolvedPolicy, ResolvedServedModel } from '../resolve/resolved-policy.ts'

export function targetKey({ backend, model }: { backend: string; model: string }): TargetKey {
  return `${backend}/${model}`
}

/** A target that is listed twice is no more often asked for that: `check/duplicate-entry` says so. */
export function toModel(model: ResolvedModel, policy: Pick<ResolvedPolicy, 'models'>): Model {
  if (model.kind === 'ruled') return { kind: 'ruled', rules: model.rules }
  const { timeouts } = model
  return {
    kind: 'served',
    pool: toPool(model),
    balance: model.balance,
    fallback: flattenFallback(model, policy),
    surfaces: model.surfaces,
    timeouts: {
      connectMs: timeouts.connect.value,
      firstTokenMs: timeouts.firstToken.value,
      idleMs: timeouts.idle.value,
      totalMs: timeouts.total.value,
    },
    keepAliveMs: model.keepAlive.value,
    limits: toLimits(model.limits),
  }
}

function toPool({ targets }: ResolvedServedModel): ServedModel['pool'] {
  const weights = new Map<TargetKey, number>()
  for (const target of targets) {
    const key = targetKey(target)
    if (!weights.has(key)) weights.set(key, target.weight)
  }
  return Array.from(weights, ([target, weight]) => ({ target, weight }))
}

/**
 * The targets behind a model's `fallback`, in the order in which they are tried, without those of its own pool. A model
 * that comes again adds nothing: a cycle, which `check/` refuses, ends here too.
 */
export function flattenFallback(
  model: ResolvedServedModel,
  { models }: Pick<ResolvedPolicy, 'models'>,
): TargetKey[] {
  const keys = new Set<TargetKey>()
  const seen = new Set<ResolvedServedModel>()
  const visit = (visited: ResolvedServedModel): void => {
    if (seen.has(visited)) return
    seen.add(visited)
    for (const entry of visited.fallback) {
      if (entry.kind === 'target') {
        keys.add(targetKey(entry.target))
        continue
      }
      const next = models.get(entry.model)
      if (next?.kind !== 'served') continue
      for (const target of next.targets) keys.add(targetKey(target))
      visit(next)
    }
  }
  visit(model)
  for (const target of model.targets) keys.delete(targetKey(target))
  return [...keys]
}
