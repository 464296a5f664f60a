/**
 * What a request is charged for while it runs, as plain data: made by the edge from the table, taken by a ledger in one
 * atomic step, corrected once when the request has ended. Keys never hold the table's digest, so that what was used
 * survives a reload.
 */

/** One thing that is counted. Amounts are whole numbers, at least 0; a key stands once in a reservation. */
export type Charge =
  /** So much in a window, as a generic cell rate: no burst at a window's edge. */
  | { kind: 'rate'; key: string; amount: number; limit: { count: number; windowMs: number } }
  /** One of so many at once; given back by settle(), or by itself when the reservation's time is up. */
  | { kind: 'lease'; key: string; limit: number }
  /** Money: nano-USD (1e-9 USD), by calendar day or month in the table's time zone. */
  | { kind: 'budget'; key: string; amount: number; limit: number; period: BudgetPeriod }

export interface BudgetPeriod {
  per: 'day' | 'month'
  /** `2026-11-21` or `2026-11`: what the edge's clock and the table's time zone make of now. */
  name: string
  /** Unix ms at which the next one begins. */
  endsAt: number
}

export interface Reservation {
  /** The request's own id (not the caller's correlation id): taking it twice charges once. */
  id: string
  /** Unix ms. */
  now: number
  /** All are granted, or none is. */
  charges: readonly Charge[]
  /** After so long a lease ends by itself: longer than any request lives. */
  ttlMs: number
}

/** What is left of one charge after it was taken. */
export interface Standing {
  key: string
  limit: number
  /** Never negative. */
  remaining: number
  /** Ms until it is whole again (`rate`), or the period ends (`budget`); 0 for a lease. */
  resetMs: number
}

export type Verdict = { granted: true; standings: readonly Standing[] } | Refusal

/**
 * Nothing was taken.
 * @property refusedBy place in `charges` of the one that has to wait longest, the first of several
 * @property retryAfterMs until all would fit if nobody else takes anything; Infinity = never, as one asks for more
 *   than its limit. When a lease comes back nobody knows: it counts as a second.
 */
export interface Refusal {
  granted: false
  refusedBy: number
  retryAfterMs: number
  standings: readonly Standing[]
}

/** What a request turned out to have used. Settling an id twice, or an unknown one, changes nothing more. */
export interface Settlement {
  id: string
  /** Unix ms. */
  now: number
  /**
   * By key, what to keep instead of what was reserved; a key left out keeps its reservation, 0 refunds it. Of a rate that
   * can be given back only what time has not let run out already.
   */
  used: Readonly<Record<string, number>>
}
