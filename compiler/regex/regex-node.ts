/** A regular expression as a tree: groups are gone, repetitions and places remain. */
import type { CodePoints } from './code-points.ts'

/** Looks at the character before or after a place, if there is one, and consumes nothing. */
export interface Look<Set> {
  look: 'ahead' | 'behind'
  set: Set
  negated: boolean
}

export type PlaceTest = 'start' | 'end' | 'line-start' | 'line-end' | 'boundary' | 'no-boundary'

export type RegexNode =
  | { kind: 'set'; set: CodePoints }
  | { kind: 'sequence'; parts: RegexNode[] }
  | { kind: 'choice'; options: RegexNode[] }
  /** `max` null = without end. */
  | { kind: 'repeat'; of: RegexNode; min: number; max: number | null; lazy: boolean }
  | { kind: 'assertion'; assertion: PlaceTest | Look<CodePoints> }

/** Why a pattern cannot be judged. Thrown inside this folder only; `judgeRegex` answers with it. */
export class NotJudged extends Error {}
