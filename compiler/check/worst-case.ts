/**
 * What a request may have to go through before it gets an answer.
 */
import type { TargetKey } from '../../src/table/route-table.ts'
import { flattenFallback, targetKey } from '../emit/to-model.ts'
import type { ResolvedPolicy, ResolvedServedModel } from '../resolve/resolved-policy.ts'

export interface WorstCase {
  /** Targets that are tried one after another when each of those before is silent. */
  attempts: readonly TargetKey[]
  /** Of them, those that then begin only when the request's time is up. */
  tooLate: readonly TargetKey[]
  /** Until a stream's first content, or until it is refused, in milliseconds. */
  firstTokenMs: number
  /** Until the end of any answer, in milliseconds. */
  totalMs: number
}

/** A silent target is given up after `firstToken`, which its connecting is part of. Expects fallbacks without a cycle. */
export function worstCase(model: ResolvedServedModel, policy: Pick<ResolvedPolicy, 'models'>): WorstCase {
  const pool = new Set(model.targets.map(targetKey))
  const attempts = [...pool, ...flattenFallback(model, policy)]
  const { firstToken, total } = model.timeouts
  return {
    attempts,
    tooLate: attempts.filter((_, i) => i * firstToken.value >= total.value),
    firstTokenMs: Math.min(attempts.length * firstToken.value, total.value),
    totalMs: total.value,
  }
}
