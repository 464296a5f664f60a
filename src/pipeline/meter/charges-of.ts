/** All that one request is charged for, in one list for one atomic step. */
import type { Charge } from '../../table/charges.ts'
import type { RouteTable } from '../../table/route-table.ts'
import { budgetPeriod } from './budget-period.ts'
import type { ClientPlan, Meters } from './charge-plan.ts'
import type { TokenEstimate } from './estimate.ts'

/** What is known of it before its body is read: whether there is room at all. */
export function firstCharges(plan: ClientPlan, address: Meters | null, { table, now }: Clocked): Charge[] {
  const charges: Charge[] = []
  addMeters(charges, plan.meters, null)
  addMeters(charges, address, null)
  // Where something is free a used-up budget keeps nobody from it.
  if (!plan.mayBeFree) addBudgets(charges, plan, { table, now, cost: 1 })
  return charges
}

interface Clocked {
  table: RouteTable
  /** Unix ms. */
  now: number
}

/** Whose limits a request comes to; null = there are none. */
export interface Holders {
  client: ClientPlan | null
  address: Meters | null
  model: Meters | null
  /** Of the backend that is asked first. */
  backend: Meters | null
}

interface Use extends Clocked {
  estimate: TokenEstimate
  /** Nano-USD, of the dearest target that may be asked; null = all of them are free. */
  cost: number | null
}

export function chargesOf({ client, address, model, backend }: Holders, use: Use): Charge[] {
  const { table, now, estimate, cost } = use
  const charges: Charge[] = []
  addMeters(charges, client?.meters ?? null, estimate)
  addMeters(charges, address, estimate)
  addMeters(charges, model, estimate)
  addMeters(charges, backend, estimate)
  if (client !== null && cost !== null) addBudgets(charges, client, { table, now, cost })
  return charges
}

/** @param estimate null = nobody knows yet */
export function addMeters(charges: Charge[], meters: Meters | null, estimate: TokenEstimate | null): void {
  if (meters === null) return
  const { requests, tokens, concurrent } = meters
  if (requests !== null) charges.push(requests)
  if (tokens !== null) {
    const { key, limit } = tokens
    charges.push(
      estimate === null
        ? tokens
        : { kind: 'rate', key, amount: reservedTokens(estimate, limit.count), limit },
    )
  }
  if (concurrent !== null) charges.push(concurrent)
}

/** An answer whose length nobody bounds is never why a request is too large for a limit. */
function reservedTokens({ input, output, bounded }: TokenEstimate, limit: number): number {
  return bounded ? input + output : Math.max(input, Math.min(input + output, limit))
}

function addBudgets(
  charges: Charge[],
  { budgets }: ClientPlan,
  { table, now, cost }: Clocked & { cost: number },
): void {
  for (let i = 0; i < budgets.length; i += 1) {
    const { key, budget } = budgets[i]!
    const period = budgetPeriod(budget.per, table.timeZone, now)
    charges.push({ kind: 'budget', key, amount: cost, limit: budget.limit, period })
  }
}
