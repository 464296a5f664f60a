/**
 * A resolved model → the table's: fallback models followed down to their targets, each target once.
 */
import type { Model, TargetKey } from '../../src/table/route-table.ts'
import type { ResolvedModel, ResolvedPolicy, ResolvedServedModel } from '../resolve/resolved-policy.ts'

export function targetKey({ backend, model }: { backend: string; model: string }): TargetKey {
  return `${backend}/${model}`
}

/** Expects fallbacks without a cycle. */
export function toModel(model: ResolvedModel, policy: Pick<ResolvedPolicy, 'models'>): Model {
  if (model.kind === 'ruled') return { kind: 'ruled', rules: model.rules }
  const { timeouts } = model
  return {
    kind: 'served',
    pool: model.targets.map((target) => ({ target: targetKey(target), weight: target.weight })),
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
  }
}

/** The targets behind a model's `fallback`, in the order in which they are tried, without those of its own pool. */
export function flattenFallback(
  model: ResolvedServedModel,
  { models }: Pick<ResolvedPolicy, 'models'>,
): TargetKey[] {
  const keys = new Set<TargetKey>()
  const visit = ({ fallback }: ResolvedServedModel): void => {
    for (const entry of fallback) {
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
