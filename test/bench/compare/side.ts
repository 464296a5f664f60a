/** One of the gateways that a comparison calls in turn; the first of them is the base of all differences. */
import type { Gateway } from '../arm.ts'
import type { Estimate } from '../statistics.ts'

export interface Side extends Gateway {
  name: string
}

/** One figure of all sides, round by round: what each is, and what lies between it and the base. */
export interface Compared {
  what: string
  /** Medians over the rounds, in the order of the sides. */
  values: number[]
  /** Median of the differences to the base within the rounds; null for the base itself. */
  added: (Estimate | null)[]
}
