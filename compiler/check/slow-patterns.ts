/**
 * Regular expressions that some text makes slow: whoever may send text could stop the gateway with one.
 */
import { quote } from '../diagnostics/quote.ts'
import { judgeRegex, type RegexVerdict } from '../regex/judge-regex.ts'
import { MAX_ROOM } from '../regex/program.ts'
import type { Attack } from '../regex/to-attack.ts'
import type { Check } from './check-context.ts'

export const slowPatterns: Check = {
  name: 'slow-patterns',
  run({ patterns }, { report }) {
    const verdicts = new Map<string, RegexVerdict>()
    for (const { source, flags, at } of patterns) {
      const key = `${flags}/${source}`
      const verdict = verdicts.get(key) ?? judgeRegex(source, flags)
      verdicts.set(key, verdict)
      if (verdict.kind === 'linear') continue
      report('check/slow-pattern', MESSAGES[verdict.kind], { at, ...describe(verdict) })
    }
  },
}

const MESSAGES = {
  slow: 'this pattern is slow on some texts',
  heavy: 'this pattern is slow on some texts',
  'not-judged': 'this pattern cannot be shown to run in linear time',
}

function describe(verdict: Exclude<RegexVerdict, { kind: 'linear' }>): {
  label: string
  notes: string[]
  help: string
} {
  switch (verdict.kind) {
    case 'not-judged':
      return {
        label: verdict.why,
        notes: ["the text is the client's, and the time that a search takes must not be"],
        help: 'use what runs in linear time: no backreference, no lookaround but at one character, no repetition inside a repetition',
      }
    case 'heavy':
      return {
        label: `it follows ${verdict.steps} ways at once`,
        notes: [`such as ${show(verdict.attack)}`],
        help: 'let its repetitions be shorter, or fewer of them stand next to each other',
      }
    case 'slow':
      break
  }
  const { growth, attack, isRounded } = verdict
  return {
    label:
      growth === 'exponential'
        ? 'each repetition doubles the time'
        : 'twice the text takes four times as long, or more',
    notes: [
      `such as ${show(attack)}`,
      ...(isRounded ? [`a repetition with room for more than ${MAX_ROOM} counts as one without end`] : []),
    ],
    help:
      growth === 'exponential'
        ? 'let no two ways through a repetition take the same text'
        : 'bound the repetition, as in `.{0,100}`, or let it begin at one place only, as after `\\b` or `^`',
  }
}

/** Control characters stand as escapes. */
function show({ before, loop, after }: Attack): string {
  const parts = [
    ...(before === '' ? [] : [spell(before)]),
    ...(loop === '' ? [] : [`${spell(loop)} many times`]),
    ...(after === '' ? [] : [spell(after)]),
  ]
  return parts.join(', then ')
}

function spell(text: string): string {
  return quote(JSON.stringify(text).slice(1, -1))
}
