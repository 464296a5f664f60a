/** What a request may cost at most. */
import type { FallbackStep } from '../../table/decision.ts'
import type { Target } from '../../table/route-table.ts'
import { costOf, isFree, type TokenEstimate } from './estimate.ts'

/** Nano-USD at the dearest target that may be asked; null = all are free. */
export function mostCost(
  { pool, fallback }: { pool: readonly Target[]; fallback: readonly FallbackStep[] },
  { input, output }: TokenEstimate,
): number | null {
  const most = { input, output, cachedInput: 0 }
  let cost: number | null = null
  for (const { price } of pool) if (!isFree(price)) cost = Math.max(cost ?? 0, costOf(price, most))
  for (const { target } of fallback) {
    if (!isFree(target.price)) cost = Math.max(cost ?? 0, costOf(target.price, most))
  }
  return cost
}
