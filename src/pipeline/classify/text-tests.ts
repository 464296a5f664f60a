/**
 * The policy's own questions to the text: does it hold a phrase, does a pattern match. Part by part; all phrases of all
 * questions in one walk, which also tells which patterns are worth trying.
 */
import type { RequestText } from '../../protocols/text-parts.ts'
import type { PreparedTexts } from './prepare-texts.ts'

/** @returns for each question, whether it holds for at least one part of the text that it is about */
export function runTextTests(
  { scopes, scopesAsked, exact, folded, regexes }: PreparedTexts,
  request: Pick<RequestText, 'parts' | 'lastUser'>,
): boolean[] {
  const answers = scopes.map(() => false)
  const { parts, lastUser } = request
  for (const [index, { text, role, kind }] of parts.entries()) {
    const isAbout = {
      user: index >= lastUser[0] && index < lastUser[1],
      system: role === 'system',
      conversation: kind !== 'keys' && kind !== 'numbers',
    }
    if (!scopesAsked.some((scope) => isAbout[scope])) continue
    const ask = (question: number): void => {
      if (answers[question] === true || !isAbout[scopes[question] ?? 'conversation']) return
      answers[question] = regexes[question]?.test(text) ?? true
    }
    exact?.scan(text, ask)
    folded?.scan(text, ask)
  }
  return answers
}
