import { describe, expect, it } from 'vitest'
import { type CountedText, fitWeights } from '../../../scripts/tokens/fit-weights.ts'

/** Tokens by the weights that are to be found again: 1.2 for a word, 0.1 for each letter more, 0.3 for a space. */
function counted(words: readonly string[], tokens?: number): CountedText {
  const letters = words.join('').length
  const made = 1.2 * words.length + 0.1 * (letters - words.length) + 0.3 * (words.length - 1)
  return { text: words.join(' '), tokens: tokens ?? made, weight: 10 }
}

const TEXTS = [1, 2, 3, 5, 8].flatMap((count) =>
  [1, 4, 9, 30].map((length) => counted(Array<string>(count).fill('a'.repeat(length)))),
)

describe('fitWeights', () => {
  it('finds the weights that texts were made with', () => {
    const weights = fitWeights(TEXTS)
    expect(weights.get('lower')).toEqual([120, 10])
    expect(weights.get('space')?.[0]).toBe(30)
  })

  it('is not led astray by a few odd texts', () => {
    const odd = [counted(['aaaa', 'aaaa'], 90), counted(['aaaaaaaaa'], 40)]
    expect(fitWeights([...TEXTS, ...odd]).get('lower')).toEqual([120, 10])
  })

  it('takes what no text has for most of a token', () => {
    expect(fitWeights(TEXTS).get('han')).toEqual([80, 80])
    expect(fitWeights(TEXTS).get('digit')).toEqual([80, 20])
  })
})
