/** The soft warning: most of a budget is used up. */
import type { Charge, Standing } from '../../table/charges.ts'
import type { ClientPlan } from './charge-plan.ts'

export interface BudgetWarning {
  /** `day 83%`; of several the one that is used up most. */
  text: string
  /** The first of its period: worth a line on the log. */
  isNews: boolean
}

/** Budgets and periods that were warned of; a day has few. */
const warned = new Set<string>()
const MOST_WARNED = 10_000

/** @param standings of the charges, after they were taken */
export function budgetWarning(
  budgets: ClientPlan['budgets'],
  charges: readonly Charge[],
  standings: readonly Standing[],
): BudgetWarning | null {
  let percent = 0
  let worst: Extract<Charge, { kind: 'budget' }> | null = null
  for (let i = 0; i < charges.length; i += 1) {
    const charge = charges[i]!
    const standing = standings[i]
    if (charge.kind !== 'budget' || standing === undefined) continue
    const warnAt = warnsAt(budgets, charge.key) ?? charge.limit
    // What this request may still use is no news yet.
    const used = charge.limit - standing.remaining - charge.amount
    const share = Math.floor((used * 100) / charge.limit)
    if (used < warnAt || share < percent) continue
    percent = share
    worst = charge
  }
  if (worst === null) return null
  const key = `${worst.key} ${worst.period.name}`
  const isNews = !warned.has(key)
  if (warned.size >= MOST_WARNED) warned.clear()
  warned.add(key)
  return { text: `${worst.period.per} ${percent}%`, isNews }
}

function warnsAt(budgets: ClientPlan['budgets'], of: string): number | null {
  for (let i = 0; i < budgets.length; i += 1) if (budgets[i]!.key === of) return budgets[i]!.budget.warnAt
  return null
}
