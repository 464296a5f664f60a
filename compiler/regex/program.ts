/**
 * A tree → instructions, as a backtracking matcher would carry them out.
 */
import type { CodePoints } from './code-points.ts'
import { NotJudged, type Look, type PlaceTest, type RegexNode } from './regex-node.ts'

export type Instruction =
  /** Consumes a character of that set. */
  | { kind: 'character'; set: number; next: number }
  /** Goes on with each in turn, the first one first. */
  | { kind: 'split'; next: number[] }
  /** Head of a repetition without end, and the way back to it at the end of its body. */
  | { kind: 'loop'; body: number; exit: number; lazy: boolean }
  | { kind: 'again'; loop: number }
  /** A look's set is one of the program's. */
  | { kind: 'assert'; assertion: PlaceTest | Look<number>; next: number }
  | { kind: 'accept' }

export interface Program {
  instructions: readonly Instruction[]
  entry: number
  sets: readonly CodePoints[]
  /** Whether a repetition that ends was taken for one without end. */
  isRounded: boolean
}

/** A repetition with more room than this is taken for one without end: it costs as much. */
export const MAX_ROOM = 256

/** What is written out in full: `[a-z]{5}` is five instructions. */
const MAX_INSTRUCTIONS = 4000

/** @throws NotJudged when it would be too long */
export function toProgram(root: RegexNode): Program {
  const instructions: Instruction[] = [{ kind: 'accept' }]
  const sets: CodePoints[] = []
  const setIds = new Map<string, number>()
  let isRounded = false
  const add = (instruction: Instruction): number => {
    if (instructions.length >= MAX_INSTRUCTIONS) throw new NotJudged('it is too large, written out')
    return instructions.push(instruction) - 1
  }
  const setOf = (set: CodePoints): number => {
    const key = set.join()
    const id = setIds.get(key) ?? sets.push(set) - 1
    setIds.set(key, id)
    return id
  }
  const withSet = (assertion: PlaceTest | Look<CodePoints>): PlaceTest | Look<number> =>
    typeof assertion === 'string' ? assertion : { ...assertion, set: setOf(assertion.set) }
  /** Each of these gives the instruction to begin with, so that afterwards comes `next`. */
  const emit = (node: RegexNode, next: number): number => {
    switch (node.kind) {
      case 'set':
        return add({ kind: 'character', set: setOf(node.set), next })
      case 'sequence':
        return node.parts.reduceRight((after, part) => emit(part, after), next)
      case 'choice':
        return add({ kind: 'split', next: node.options.map((option) => emit(option, next)) })
      case 'assertion':
        return add({ kind: 'assert', assertion: withSet(node.assertion), next })
      case 'repeat':
        break
    }
    const { of, min, max, lazy } = node
    let entry = next
    if (max === null || max - min > MAX_ROOM) {
      isRounded ||= max !== null
      const loop: Instruction = { kind: 'loop', body: 0, exit: next, lazy }
      entry = add(loop)
      loop.body = emit(of, add({ kind: 'again', loop: entry }))
    } else {
      for (let i = min; i < max; i++) {
        const body = emit(of, entry)
        entry = add({ kind: 'split', next: lazy ? [next, body] : [body, next] })
      }
    }
    for (let i = 0; i < min; i++) entry = emit(of, entry)
    return entry
  }
  const entry = emit(root, 0)
  return { instructions, entry, sets, isRounded }
}
