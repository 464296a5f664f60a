/** What the counting app counts, for those who check it. */

/** Nano-USD that a request reserves, and what it turns out to have used. */
export const RESERVED = 10
export const USED = 7
/** Of the day's budget, unless the request says otherwise. */
export const LIMIT = 1_000_000_000_000
/** The period is long over when this fails. */
export const DAY_ENDS_AT: number = Date.UTC(2100, 0, 2)

/** Its answer. */
export interface Counted {
  id: string
  granted: boolean
  /** What was left of the budget when this one had been let in. */
  left: number
}
