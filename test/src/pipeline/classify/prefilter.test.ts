import { describe, expect, it } from 'vitest'
import { createPrefilter } from '../../../../src/pipeline/classify/prefilter.ts'

const QUESTIONS = [
  { id: 3, words: ['she', 'he'] },
  { id: 5, words: ['hers'] },
  { id: 7, words: null },
  { id: 9, words: ['he', 'größe'] },
]

/** Enough words that they are looked for in one walk. */
const FURTHER = Array.from({ length: 20 }, (_, i) => ({ id: 100 + i, words: [`never${i}`] }))

describe.each([
  { name: 'few words', questions: QUESTIONS },
  { name: 'many words', questions: [...QUESTIONS, ...FURTHER] },
])('createPrefilter: $name', ({ questions }) => {
  function marked(text: string, lowerCase = true): number[] {
    const ids: number[] = []
    createPrefilter(questions, { lowerCase }).scan(text, (id) => ids.push(id))
    return ids.toSorted((a, b) => a - b)
  }

  it.each([
    { text: '', ids: [7] },
    { text: 'ushers, and she', ids: [3, 5, 7, 9] },
    { text: 'HE', ids: [3, 7, 9] },
    { text: 'GRÖßE', ids: [7, 9] },
    { text: 'h e', ids: [7] },
  ])('$text: $ids, each once', ({ text, ids }) => {
    expect(marked(text)).toEqual(ids)
  })

  it('reads texts as they are written where case counts', () => {
    expect(marked('SHE', false)).toEqual([7])
  })

  it('starts anew with each text', () => {
    const prefilter = createPrefilter(questions, { lowerCase: true })
    const answers = ['hers', 'hers', ''].map((text) => {
      const ids = new Set<number>()
      prefilter.scan(text, (id) => ids.add(id))
      return ids
    })
    expect(answers).toEqual([new Set([3, 5, 7, 9]), new Set([3, 5, 7, 9]), new Set([7])])
  })

  it('asks what needs no word where no question has any', () => {
    const ids: number[] = []
    createPrefilter([{ id: 1, words: null }], { lowerCase: true }).scan('text', (id) => ids.push(id))
    expect(ids).toEqual([1])
  })
})
