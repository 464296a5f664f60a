/**
 * The policy's own questions to the text: does it hold a phrase, does a pattern match. Part by part; all phrases of all
 * questions in one walk.
 */
import type { RequestText } from '../../protocols/text-parts.ts'
import type { Phrases, PreparedTexts } from './prepare.ts'

/** @returns for each question, whether it holds for at least one part of the text that it is about */
export function runTextTests(
  { scopes, exact, folded, regexes }: PreparedTexts,
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
    const ask = ({ literals, questions }: Phrases, read: string): void => {
      literals.scan(read, (word) => {
        const question = questions[word] ?? 0
        if (isAbout[scopes[question] ?? 'conversation']) answers[question] = true
      })
    }
    if (exact !== null) ask(exact, text)
    if (folded !== null) ask(folded, text.toLowerCase())
    for (const [question, regex] of regexes) {
      if (answers[question] !== true && isAbout[scopes[question] ?? 'conversation'] && regex.test(text)) {
        answers[question] = true
      }
    }
  }
  return answers
}
