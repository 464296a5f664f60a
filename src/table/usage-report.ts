/** What was used, summed up from the records that are kept. */

export const USAGE_GROUPS = ['client', 'model', 'backend', 'variant', 'day'] as const
export type UsageGroup = (typeof USAGE_GROUPS)[number]

export interface UsageQuery {
  by: UsageGroup
  /** Unix ms at which a request began: from, and before. */
  since: number
  until: number
  /** Only of this client; null = of all. */
  client: string | null
  /** IANA name: where a day begins. */
  timeZone: string
}

export interface UsageRow {
  /** A client, a model as the table names it, a backend, an arm of a split, or a day (`2026-11-21`); null = no such thing. */
  name: string | null
  requests: number
  /** Of these, those that ended with an error. */
  failed: number
  /** Of these, those whose client hung up before the end: they are no failures. */
  gone: number
  inputTokens: number
  cachedInputTokens: number
  outputTokens: number
  /** Of the requests, those whose tokens were estimated because the backend said none. */
  estimated: number
  /** Nano-USD (1e-9 USD) of those that have a price. */
  cost: number
  /** Requests without a price. */
  unpriced: number
}

/** A client's budget as admission sees it at this moment, reservations of running requests included. */
export interface BudgetStanding {
  client: string
  per: 'day' | 'month'
  /** `2026-11-21` or `2026-11`. */
  period: string
  /** Nano-USD. */
  limit: number
  used: number
  left: number
}

export interface UsageReport {
  by: UsageGroup
  /** ISO 8601. */
  since: string
  until: string
  /** Records are kept since then at the longest; what is older is in no sum. */
  keptSince: string
  rows: UsageRow[]
  budgets: BudgetStanding[]
}
