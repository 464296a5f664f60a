/**
 * Limits of use and budgets as numbers.
 */
import type { BudgetConfig, UsageLimitsConfig } from '../config/usage.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedBudget, ResolvedUsageLimits } from './resolved-policy.ts'
import { parseMoneyRate, parseRate } from './units.ts'

export const NO_LIMITS: ResolvedUsageLimits = { requests: null, tokens: null, concurrent: null }

export function resolveUsage(limits: UsageLimitsConfig | undefined, at: Place): ResolvedUsageLimits {
  const { requests, tokens, concurrent } = limits ?? {}
  return {
    requests: requests === undefined ? null : { value: parseRate(requests), at: within(at, 'requests') },
    tokens: tokens === undefined ? null : { value: parseRate(tokens), at: within(at, 'tokens') },
    concurrent: concurrent === undefined ? null : { value: concurrent, at: within(at, 'concurrent') },
  }
}

/** Of two budgets for the same time only one could bind: the second is refused and left out. */
export function resolveBudgets(
  budgets: BudgetConfig | readonly BudgetConfig[] | undefined,
  at: Place,
  context: ResolveContext,
): ResolvedBudget[] {
  const listed = isList(budgets)
    ? budgets.map((budget, i) => ({ budget, place: within(at, i) }))
    : budgets === undefined
      ? []
      : [{ budget: budgets, place: at }]
  const resolved: ResolvedBudget[] = []
  for (const { budget, place } of listed) {
    const next = resolveBudget(budget, place, context)
    const first = resolved.find(({ per }) => per === next.per)
    if (first === undefined) resolved.push(next)
    else {
      context.report('resolve/out-of-range', `there are two budgets for a ${next.per}`, {
        at: next.at,
        label: 'a second one',
        secondary: [{ span: context.locate(first.at), text: 'the first one' }],
        help: 'keep the smaller one',
      })
    }
  }
  return resolved
}

function resolveBudget(budget: BudgetConfig, at: Place, { report }: ResolveContext): ResolvedBudget {
  const rate = parseMoneyRate(budget.usd)
  const place = within(at, 'usd')
  if (rate.usd === 0) {
    report('resolve/out-of-range', `${quote('usd')} cannot be ${quote(budget.usd)}`, {
      at: place,
      label: 'must be above 0',
      help: 'to keep a client from a model, leave it out of its `models`',
    })
  }
  return { ...rate, warnAt: budget.warnAt ?? DEFAULTS.budgetWarnAt, at: place }
}

function isList(
  budgets: BudgetConfig | readonly BudgetConfig[] | undefined,
): budgets is readonly BudgetConfig[] {
  return Array.isArray(budgets)
}
