/**
 * What the classify stage makes of a table once, at its first request: patterns compiled, words folded.
 */
import type { ComplexityGauge, RouteTable } from '../../table/route-table.ts'
import { preparePrivacy, type PreparedPrivacy } from './prepare-privacy.ts'
import { prepareTexts, type PreparedTexts } from './prepare-texts.ts'

export interface Prepared {
  texts: PreparedTexts
  /** Null = there is no privacy guard. */
  privacy: PreparedPrivacy | null
  /** Families of injections that are not looked for. */
  offFamilies: ReadonlySet<string>
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

function build({ texts, classify: { privacy, injection, complexity } }: RouteTable): Prepared {
  return {
    texts: prepareTexts(texts),
    privacy: privacy && preparePrivacy(privacy),
    offFamilies: new Set(injection?.off),
    code: wordsRegex(complexity.code),
    reasoning: wordsRegex(complexity.reasoning),
  }
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
