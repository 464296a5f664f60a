/** What a ledger has counted, as plain data: how the successor of a process goes on where it left off. */
export interface LedgerState {
  /** By key of a charge. */
  rates: Record<string, SavedRate>
  /** By key of a charge, then by the period's name: nano-USD used, and when the period ends (Unix ms). */
  budgets: Record<string, Record<string, { used: number; endsAt: number }>>
}

/** A bucket and its limit, see src/state/gcra.ts. */
export interface SavedRate {
  level: number
  at: number
  added: number
  count: number
  windowMs: number
}
