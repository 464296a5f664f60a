/**
 * What the classify stage makes of a table once, at its first request: patterns compiled, words folded.
 */
import type { ComplexityGauge, RouteTable } from '../../table/route-table.ts'
import { prepareTexts, type PreparedTexts } from './prepare-texts.ts'

export interface Pattern {
  id: string
  label: string
  regex: RegExp
}

export interface Prepared {
  texts: PreparedTexts
  patterns: readonly Pattern[]
  /** Null where the policy names no words. */
  code: RegExp | null
  reasoning: RegExp | null
}

/** A table is never changed, so what was made of it holds as long as it lives. */
const cache = new WeakMap<RouteTable, Prepared>()

/** @throws SyntaxError for a pattern that does not compile; the compiler refuses such policies */
export function prepare(table: RouteTable): Prepared {
  let prepared = cache.get(table)
  if (prepared === undefined) {
    prepared = build(table)
    cache.set(table, prepared)
  }
  return prepared
}

function build({ texts, classify: { privacy, complexity } }: RouteTable): Prepared {
  return {
    texts: prepareTexts(texts),
    patterns: (privacy?.patterns ?? []).map(({ id, label, source, flags }) => ({
      id,
      label,
      regex: new RegExp(source, withFlag(flags, 'g')),
    })),
    code: wordsRegex(complexity.code),
    reasoning: wordsRegex(complexity.reasoning),
  }
}

function withFlag(flags: string, flag: string): string {
  return flags.includes(flag) ? flags : flags + flag
}

/** Any of the words, whole: `def` is not found in `define`, while a mark such as ``` stands for itself. */
function wordsRegex(words: ComplexityGauge['code']): RegExp | null {
  if (words.length === 0) return null
  const any = words.map((word) => {
    const before = /^[\p{L}\p{N}_]/u.test(word) ? '(?<![\\p{L}\\p{N}_])' : ''
    const after = /[\p{L}\p{N}_]$/u.test(word) ? '(?![\\p{L}\\p{N}_])' : ''
    return before + word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`) + after
  })
  return new RegExp(any.join('|'), 'iu')
}
