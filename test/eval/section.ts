/** What one part of the evaluation found out: tables, verdicts against floors, and the rows it got wrong. */
import type { Counts } from './counts.ts'

export interface Line {
  name: string
  counts: Counts
}

/** How far estimates are from what they estimate, as shares of it. */
export interface ErrorLine {
  name: string
  texts: number
  /** Of the sizes of all errors. */
  median: number
  p90: number
  /** All estimates together, against all that they estimate. */
  bias: number
  /** Share of the texts whose estimate is more than 20 % too low. */
  low: number
}

export interface Verdict {
  name: string
  value: number
  /** At least (`floor`) or at most (`ceiling`) this. */
  bound: number
  kind: 'floor' | 'ceiling'
}

export interface Mistake {
  id: string
  /** What was overlooked, or what was seen where nothing is. */
  what: string
  kind: 'missed' | 'wrong'
}

export interface Section {
  name: string
  lines: Line[]
  /** Left out where nothing is estimated. */
  errors?: ErrorLine[]
  verdicts: Verdict[]
  mistakes: Mistake[]
}

export function holds({ value, bound, kind }: Verdict): boolean {
  return kind === 'floor' ? value >= bound : value <= bound
}
