/**
 * A regular expression as it is written → source and flags, known to compile.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedPattern } from './resolved-policy.ts'

export interface Pattern {
  source: string
  /** As `new RegExp` takes them: of `i`, `m` and `s` those that were set, then always `u`. */
  flags: string
}

const LEADING_FLAGS = /^\(\?([ims]+)\)/

/** Splits `(?i)`, `(?s)`, `(?m)` in front, also `(?is)`, from the rest. */
function splitFlags(text: string): Pattern {
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
  const pattern = splitFlags(text)
  const why = reasonAgainst(pattern)
  if (why === null) patterns.push({ ...pattern, at })
  else report('resolve/invalid-pattern', `${quote(text)} is no regular expression: ${why}`, { at })
  return pattern
}

/** In the engine's words, or null when there is none. */
function reasonAgainst({ source, flags }: Pattern): string | null {
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
