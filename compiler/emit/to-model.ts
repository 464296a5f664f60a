/**
 * A resolved model → the table's: fallback models followed down to their targets, each target once.
 */
import { FAILURE_CAUSES } from '../../src/table/failure-causes.ts'
import type {
  FailureCause,
  FallbackTarget,
  Model,
  ServedModel,
  TargetKey,
} from '../../src/table/route-table.ts'
import { toLimits } from './to-usage.ts'
import type { ResolvedModel, ResolvedPolicy, ResolvedServedModel } from '../resolve/resolved-policy.ts'

export function targetKey({ backend, model }: { backend: string; model: string }): TargetKey {
  return `${backend}/${model}`
}

/** A target that is listed twice is no more often asked for that: `check/duplicate-entry` says so. */
export function toModel(model: ResolvedModel, policy: Pick<ResolvedPolicy, 'models'>): Model {
  if (model.kind === 'ruled') return { kind: 'ruled', rules: model.rules }
  const { timeouts, retry } = model
  return {
    kind: 'served',
    pool: toPool(model),
    balance: model.balance,
    fallback: flattenFallback(model, policy),
    retry: {
      times: retry.times.value,
      backoffMs: retry.backoff.value,
      longestWaitMs: retry.longestWait.value,
      budgetPercent: retry.budget.value,
    },
    onBreak: model.onBreak.value,
    surfaces: model.surfaces,
    ...(model.translation && { translation: model.translation }),
    ...(model.serverTools === 'allow' && { serverTools: model.serverTools }),
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
 * The targets behind a model's `fallback`, in the order in which they are tried, without those of its own pool. Behind a
 * fallback for some causes its own fallbacks answer to no others. A target that comes again is kept only for causes that
 * are new; a model that comes again likewise, so that a cycle, which `check/` refuses, ends here too.
 */
export function flattenFallback(
  model: ResolvedServedModel,
  { models }: Pick<ResolvedPolicy, 'models'>,
): FallbackTarget[] {
  const found: FallbackTarget[] = []
  const covered = new Map<TargetKey, Set<FailureCause>>()
  const seen = new Map<ResolvedServedModel, Set<FailureCause>>()
  for (const target of model.targets) covered.set(targetKey(target), new Set(FAILURE_CAUSES))
  const add = (target: TargetKey, on: readonly FailureCause[], of: Pick<FallbackTarget, 'of'> = {}): void => {
    const fresh = takeNew(covered, target, on)
    if (fresh.length > 0) found.push({ target, on: fresh, ...of })
  }
  const visit = (visited: ResolvedServedModel, causes: readonly FailureCause[]): void => {
    const fresh = takeNew(seen, visited, causes)
    if (fresh.length === 0) return
    for (const entry of visited.fallback) {
      const on = entry.on.filter((cause) => fresh.includes(cause))
      if (entry.kind === 'target') {
        add(targetKey(entry.target), on)
        continue
      }
      const next = models.get(entry.model)
      if (next?.kind !== 'served') continue
      const of = toLimits(next.limits) === null ? {} : { of: entry.model }
      for (const target of next.targets) add(targetKey(target), on, of)
      visit(next, on)
    }
  }
  visit(model, FAILURE_CAUSES)
  return found
}

/** Those that the key does not have yet; it has them from then on. */
function takeNew<K>(all: Map<K, Set<FailureCause>>, key: K, causes: readonly FailureCause[]): FailureCause[] {
  const known = all.get(key) ?? new Set()
  all.set(key, known)
  const fresh = causes.filter((cause) => !known.has(cause))
  for (const cause of fresh) known.add(cause)
  return fresh
}
