/** What one part of the evaluation found out: tables, verdicts against floors, and the rows it got wrong. */
import type { Counts } from './counts.ts'

export interface Line {
  name: string
  counts: Counts
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
  verdicts: Verdict[]
  mistakes: Mistake[]
}

export function holds({ value, bound, kind }: Verdict): boolean {
  return kind === 'floor' ? value >= bound : value <= bound
}
