/**
 * Which of many questions to ask a text: those of which a word stands in it. One walk over the text for all of them.
 */
import { createLiterals } from './literals.ts'

export interface Question {
  id: number
  /** Not empty, nor is any of them. Null = it is always worth asking. */
  words: readonly string[] | null
}

export interface Prefilter {
  /** Calls `onMarked` once with the id of each question that is worth asking. */
  scan: (text: string, onMarked: (id: number) => void) => void
}

/** Up to so many words are looked for one by one: the engine's own search is faster than a walk through a table. */
const FEW = 12

/** @param lowerCase texts are put in lower case before they are read; words must be in lower case */
export function createPrefilter(
  questions: readonly Question[],
  { lowerCase }: { lowerCase: boolean },
): Prefilter {
  const always = questions.filter(({ words }) => words === null).map(({ id }) => id)
  /** Word → places of its questions. */
  const askers = new Map<string, number[]>()
  for (const [at, { words }] of questions.entries()) {
    for (const word of words ?? []) {
      const known = askers.get(word)
      if (known === undefined) askers.set(word, [at])
      else known.push(at)
    }
  }
  const words = [...askers.keys()]
  const literals = words.length <= FEW ? null : createLiterals(words, { anyCase: false })
  const byWord = [...askers.values()]
  // The last walk in which each was met: nothing has to be cleared between walks.
  const wordMet = new Float64Array(byWord.length)
  const questionMet = new Float64Array(questions.length)
  let walk = 0

  function scan(text: string, onMarked: (id: number) => void): void {
    for (const id of always) onMarked(id)
    if (words.length === 0) return
    walk += 1
    const read = lowerCase ? text.toLowerCase() : text
    const met = (word: number): void => {
      if (wordMet[word] === walk) return
      wordMet[word] = walk
      for (const at of byWord[word] ?? []) {
        if (questionMet[at] === walk) continue
        questionMet[at] = walk
        const question = questions[at]
        if (question !== undefined) onMarked(question.id)
      }
    }
    if (literals !== null) return literals.scan(read, met)
    for (const [word, literal] of words.entries()) if (read.includes(literal)) met(word)
  }
  return { scan }
}
