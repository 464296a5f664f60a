/**
 * A regular expression as it is written → source and flags, known to compile, and the words that it needs.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { requiredLiterals } from '../regex/required-literals.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedPattern } from './resolved-policy.ts'

export interface Pattern {
  source: string
  /** As `new RegExp` takes them: of `i`, `m` and `s` those that were set, then always `u`. */
  flags: string
  /** One of them stands, in lower case, in whatever it matches; null when none are known. */
  literals: string[] | null
}

const LEADING_FLAGS = /^\(\?([ims]+)\)/

/** Splits `(?i)`, `(?s)`, `(?m)` in front, also `(?is)`, from the rest. */
function splitFlags(text: string): Omit<Pattern, 'literals'> {
  let source = text
  const flags = new Set<string>()
  for (let match = LEADING_FLAGS.exec(source); match !== null; match = LEADING_FLAGS.exec(source)) {
    for (const flag of match[1] ?? '') flags.add(flag)
    source = source.slice(match[0].length)
  }
  return { source, flags: `${[...flags].toSorted().join('')}u` }
}

/** Reports what does not compile; what does is gathered in `patterns` for its proof. */
export function resolvePattern(
  text: string,
  at: Place,
  { report, patterns }: ResolveContext & { patterns: ResolvedPattern[] },
): Pattern {
  const { source, flags } = splitFlags(text)
  const why = reasonAgainst(source, flags)
  if (why !== null) {
    report('resolve/invalid-pattern', `${quote(text)} is no regular expression: ${why}`, { at })
    return { source, flags, literals: null }
  }
  patterns.push({ source, flags, at })
  return { source, flags, literals: requiredLiterals(source, flags) }
}

/** In the engine's words, or null when there is none. */
function reasonAgainst(source: string, flags: string): string | null {
  if (source === '') return 'it is empty, and would match every text'
  try {
    // Not before its first use is a pattern compiled whole.
    new RegExp(source, flags).test('')
    return null
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    // "Invalid regular expression: /…/u: Unterminated group": what comes before is what was written.
    return message.slice(message.lastIndexOf(': ') + 2)
  }
}
