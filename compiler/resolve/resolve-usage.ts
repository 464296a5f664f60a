/**
 * Limits of use and budgets as numbers.
 */
import type { BudgetConfig, UsageLimitsConfig } from '../config/clients.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { within } from './place.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedClient, ResolvedUsageLimits } from './resolved-policy.ts'
import { parseMoneyRate, parseRate } from './units.ts'

export function resolveUsage(limits: UsageLimitsConfig | undefined, at: Place): ResolvedUsageLimits {
  const { requests, tokens, concurrent } = limits ?? {}
  return {
    requests: requests === undefined ? null : { value: parseRate(requests), at: within(at, 'requests') },
    tokens: tokens === undefined ? null : { value: parseRate(tokens), at: within(at, 'tokens') },
    concurrent: concurrent === undefined ? null : { value: concurrent, at: within(at, 'concurrent') },
  }
}

export function resolveBudget(
  budget: BudgetConfig | undefined,
  at: Place,
  { report }: ResolveContext,
): ResolvedClient['budget'] {
  if (budget === undefined) return null
  const rate = parseMoneyRate(budget.usd)
  const place = within(at, 'usd')
  if (rate.usd === 0) {
    report('resolve/out-of-range', `${quote('usd')} cannot be ${quote(budget.usd)}`, {
      at: place,
      label: 'must be above 0',
      help: 'to keep a client from a model, leave it out of its `models`',
    })
  }
  return { ...rate, at: place }
}
