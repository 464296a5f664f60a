/**
 * Whether a regular expression, searched for anywhere in a text, runs in linear time whatever the text is. The same
 * answer on every machine: nothing is measured.
 */
import { toAutomaton, type Automaton } from './automaton.ts'
import { findHeavyWord } from './find-heavy-word.ts'
import { findSlowLoop, type SlowLoop } from './find-slow-loop.ts'
import { createBudget, toGraph } from './graph.ts'
import { parseRegex } from './parse-regex.ts'
import { toProgram } from './program.ts'
import { NotJudged } from './regex-node.ts'

/** A text: `before`, then `loop` again and again, then `after`. */
export interface Attack {
  before: string
  loop: string
  after: string
}

export type RegexVerdict =
  | { kind: 'linear' }
  /** Steps grow with a power of the text's length, or double with each repetition. */
  | { kind: 'slow'; growth: 'exponential' | 'polynomial'; attack: Attack }
  /** Linear, but with so many steps at each character of that text. */
  | { kind: 'heavy'; steps: number; attack: Attack }
  /** It could not be shown; `why` is a clause that begins with `it`. */
  | { kind: 'not-judged'; why: string }

/** @param source what the engine has compiled with these flags and `u` */
export function judgeRegex(source: string, flags: string): RegexVerdict {
  try {
    const automaton = toAutomaton(toProgram(parseRegex(source, flags)), flags.includes('i'))
    const spend = createBudget()
    const graph = toGraph(automaton, spend)
    const slow = findSlowLoop({ graph, automaton, spend })
    if (slow !== null) return { kind: 'slow', growth: slow.growth, attack: toAttack(slow, automaton) }
    const heavy = findHeavyWord(graph, automaton, spend)
    if (heavy === null) return { kind: 'linear' }
    const attack = { before: toText(heavy.word, automaton), loop: '', after: '' }
    return { kind: 'heavy', steps: heavy.ways, attack }
  } catch (error) {
    if (error instanceof NotJudged) return { kind: 'not-judged', why: error.message }
    throw error
  }
}

function toAttack({ before, loop, state }: SlowLoop, automaton: Automaton): Attack {
  const fails = (id: number | null): boolean => !automaton.accepts(state, id)
  const dead = automaton.classes.findIndex((_, id) => fails(id) && automaton.targets(state, id).length === 0)
  const after = fails(null) ? '' : toText(dead === -1 ? [] : [dead], automaton)
  return { before: toText(before, automaton), loop: toText(loop, automaton), after }
}

function toText(word: readonly number[], { classes }: Automaton): string {
  return word.map((id) => classes[id]?.example ?? '').join('')
}
