/**
 * Limits, budgets and prices → the table's: what holds for a client, and money in nano-USD.
 */
import type { Budget, Price, UsageLimits } from '../../src/table/usage-limits.ts'
import type { ResolvedBudget, ResolvedPrice, ResolvedUsageLimits } from '../resolve/resolved-policy.ts'

const NANO = 1e9

/** @param others what holds where `own` says nothing */
export function toLimits(own: ResolvedUsageLimits, others?: ResolvedUsageLimits): UsageLimits | null {
  const limits: UsageLimits = {
    requests: (own.requests ?? others?.requests)?.value ?? null,
    tokens: (own.tokens ?? others?.tokens)?.value ?? null,
    concurrent: (own.concurrent ?? others?.concurrent)?.value ?? null,
  }
  const none = limits.requests === null && limits.tokens === null && limits.concurrent === null
  return none ? null : limits
}

/** The smaller period first. */
export function toBudgets(budgets: readonly ResolvedBudget[]): Budget[] {
  return budgets
    .map(({ per, usd, warnAt }) => {
      const limit = Math.round(usd * NANO)
      return { per, limit, warnAt: Math.round((limit * warnAt) / 100) }
    })
    .toSorted((a, b) => (a.per < b.per ? -1 : 1))
}

export function toPrice(price: ResolvedPrice | null): Price | null {
  if (price === null) return null
  return {
    input: perToken(price.input),
    cachedInput: perToken(price.cachedInput),
    output: perToken(price.output),
  }
}

/** USD per million tokens is a thousand nano-USD per token; without the noise of binary fractions. */
function perToken(usdPerMillion: number): number {
  return Number((usdPerMillion * 1000).toPrecision(12))
}
