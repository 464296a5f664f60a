/**
 * What `aicc usage` shows: sums of the records that are kept, and beside them the budgets by which the edge admits.
 */
import type { BudgetStanding, UsageQuery, UsageReport } from '../table/usage-report.ts'

const KEPT_MS = 30 * 24 * 3_600_000

export interface UsageSources {
  usage: (query: UsageQuery) => Promise<UsageReport['rows']>
  /** Of the edge that serves; null = none does. */
  budgets: (() => Promise<BudgetStanding[]>) | null
}

/** @throws Error for people when the database or the edge does not answer */
export async function reportUsage(query: UsageQuery, { usage, budgets }: UsageSources): Promise<UsageReport> {
  const { by, since, until, client } = query
  const [rows, standings] = await Promise.all([usage(query), budgets?.() ?? []])
  return {
    by,
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    keptSince: new Date(Date.now() - KEPT_MS).toISOString(),
    rows,
    budgets: standings.filter((budget) => client === null || budget.client === client),
  }
}
