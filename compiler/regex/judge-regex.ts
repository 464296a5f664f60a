/**
 * Whether a regular expression, searched for anywhere in a text, runs in linear time whatever the text is. The same
 * answer on every machine: nothing is measured.
 */
import { toAutomaton } from './automaton.ts'
import { boundWays } from './bound-ways.ts'
import { findHeavyWord } from './find-heavy-word.ts'
import { findSlowLoop } from './find-slow-loop.ts'
import { createBudget, toGraph } from './graph.ts'
import { parseRegex } from './parse-regex.ts'
import { toProgram } from './program.ts'
import { NotJudged } from './regex-node.ts'
import { toAttack, toText, type Attack } from './to-attack.ts'

export type RegexVerdict =
  | { kind: 'linear' }
  /**
   * Steps grow with a power of the text's length, or double with each repetition. `isRounded`: perhaps only because a
   * repetition that ends, but late, counts as one without end.
   */
  | { kind: 'slow'; growth: 'exponential' | 'polynomial'; attack: Attack; isRounded: boolean }
  /** Linear, but with so many steps at each character of that text. */
  | { kind: 'heavy'; steps: number; attack: Attack }
  /** It could not be shown; `why` is a clause that begins with `it`. */
  | { kind: 'not-judged'; why: string }

/** A bound is above what there is: where no text is found that is heavy, four times as many ways may not be excluded. */
const MAX_BOUND = 1024

/** @param source what the engine has compiled with these flags and `u` */
export function judgeRegex(source: string, flags: string): RegexVerdict {
  try {
    const program = toProgram(parseRegex(source, flags))
    const automaton = toAutomaton(program, flags.includes('i'))
    const spend = createBudget()
    const graph = toGraph(automaton, spend)
    const slow = findSlowLoop({ graph, spend })
    if (slow !== null) {
      const { isRounded } = program
      return { kind: 'slow', growth: slow.growth, attack: toAttack(slow, automaton), isRounded }
    }
    const heavy = findHeavyWord(graph, spend)
    if (heavy === null) {
      if (boundWays(graph, MAX_BOUND, createBudget()) <= MAX_BOUND) return { kind: 'linear' }
      throw new NotJudged('it may follow too many ways at once')
    }
    const attack = { before: toText(heavy.word, automaton), loop: '', after: '' }
    return { kind: 'heavy', steps: heavy.ways, attack }
  } catch (error) {
    if (error instanceof NotJudged) return { kind: 'not-judged', why: error.message }
    throw error
  }
}
