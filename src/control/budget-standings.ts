/** Budgets as admission counts them. */
import type { LedgerState } from '../table/ledger-state.ts'
import type { RouteTable } from '../table/route-table.ts'
import type { BudgetStanding } from '../table/usage-report.ts'

export function budgetStandings(_table: RouteTable, _counted: LedgerState, _now: number): BudgetStanding[] {
  return []
}
