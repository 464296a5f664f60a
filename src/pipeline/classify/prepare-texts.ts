/**
 * The policy's questions to the text, made ready once for a table: phrases and what patterns need in one prefilter.
 */
import type { TextTest } from '../../table/route-table.ts'
import { createPrefilter, type Prefilter } from './prefilter.ts'

export interface PreparedTexts {
  /** For each question, which texts it is about. */
  scopes: readonly TextTest['in'][]
  /** Each of these once. */
  scopesAsked: readonly TextTest['in'][]
  /** Phrases that match as they are written. Null = there are none. */
  exact: Prefilter | null
  /** All other phrases, and patterns by the words that they need. Null = there are none. */
  folded: Prefilter | null
  /** For each question its pattern; null where a phrase is an answer. */
  regexes: readonly (RegExp | null)[]
}

/** @throws SyntaxError for a pattern that does not compile; the compiler refuses such policies */
export function prepareTexts(texts: readonly TextTest[]): PreparedTexts {
  const questions = texts.map(({ test }, id) => ({
    id,
    words: test.kind === 'contains' ? test.anyOf : test.literals,
  }))
  const isExact = (id: number): boolean => texts[id]?.test.kind === 'contains' && texts[id].caseSensitive
  const exact = questions.filter(({ id }) => isExact(id))
  const folded = questions
    .filter(({ id }) => !isExact(id))
    .map(({ id, words }) => ({ id, words: words?.map((word) => word.toLowerCase()) ?? null }))
  const scopes = texts.map((each) => each.in)
  return {
    scopes,
    scopesAsked: [...new Set(scopes)],
    exact: exact.length === 0 ? null : createPrefilter(exact, { lowerCase: false }),
    folded: folded.length === 0 ? null : createPrefilter(folded, { lowerCase: true }),
    regexes: texts.map(({ test }) => (test.kind === 'matches' ? new RegExp(test.source, test.flags) : null)),
  }
}
