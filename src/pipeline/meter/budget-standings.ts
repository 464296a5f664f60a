/** Every client's budgets as admission counts them at a moment, for those who ask how much is left. */
import type { Charge } from '../../table/charges.ts'
import type { RouteTable } from '../../table/route-table.ts'
import type { BudgetStanding } from '../../table/usage-report.ts'
import { budgetPeriod } from './budget-period.ts'
import { chargePlan } from './charge-plan.ts'

export type BudgetCharge = Extract<Charge, { kind: 'budget' }>

/**
 * @param usedOf nano-USD used of each, in their order, as the ledger has it
 * @param now Unix ms
 */
export async function budgetStandings(
  table: RouteTable,
  usedOf: (charges: readonly BudgetCharge[]) => Promise<readonly number[]>,
  now: number,
): Promise<BudgetStanding[]> {
  const plan = chargePlan(table)
  const entries = Object.keys(table.clients).flatMap((client) =>
    (plan.client(client)?.budgets ?? []).map(({ key, budget: { per, limit } }) => {
      const period = budgetPeriod(per, table.timeZone, now)
      return { client, charge: { kind: 'budget', key, amount: 0, limit, period } satisfies BudgetCharge }
    }),
  )
  const used = await usedOf(entries.map(({ charge }) => charge))
  return entries.map(({ client, charge: { limit, period } }, i) => {
    const spent = used[i] ?? 0
    return {
      client,
      per: period.per,
      period: period.name,
      limit,
      used: spent,
      left: Math.max(0, limit - spent),
    }
  })
}
