/**
 * What `aicc usage` shows: sums of the records that are kept, and beside them the budgets as admission counts them.
 */
import type { LedgerState } from '../table/ledger-state.ts'
import type { RouteTable } from '../table/route-table.ts'
import type { UsageQuery, UsageReport } from '../table/usage-report.ts'
import { budgetStandings } from './budget-standings.ts'

const KEPT_MS = 30 * 24 * 3_600_000

export interface UsageSources {
  usage: (query: UsageQuery) => Promise<UsageReport['rows']>
  /** What the edge has counted: by this it admits. */
  counted: () => Promise<LedgerState>
  table: RouteTable
}

export async function reportUsage(query: UsageQuery, sources: UsageSources): Promise<UsageReport> {
  const { by, since, until, client } = query
  const now = Date.now()
  const [rows, counted] = await Promise.all([sources.usage(query), sources.counted()])
  return {
    by,
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    keptSince: new Date(now - KEPT_MS).toISOString(),
    rows,
    budgets: budgetStandings(sources.table, counted, now).filter(
      (budget) => client === null || budget.client === client,
    ),
  }
}
