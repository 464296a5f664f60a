import { array, assert, constantFrom, nat, property, string, uniqueArray } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLiterals } from '../../../../src/pipeline/classify/literals.ts'

function hits(words: string[], text: string): [string, number][] {
  const found: [string, number][] = []
  createLiterals(words, { anyCase: true }).scan(text, (word, start) => found.push([words[word] ?? '', start]))
  return found
}

describe('createLiterals', () => {
  it.each([
    {
      words: ['key'],
      text: 'a key, a KEY',
      finds: [
        ['key', 2],
        ['key', 9],
      ],
    },
    {
      words: ['he', 'she', 'hers'],
      text: 'ushers',
      finds: [
        ['she', 1],
        ['he', 2],
        ['hers', 2],
      ],
    },
    {
      words: ['aa'],
      text: 'aaaa',
      finds: [
        ['aa', 0],
        ['aa', 1],
        ['aa', 2],
      ],
    },
    {
      words: ['a-', 'A-'],
      text: 'xa-',
      finds: [
        ['a-', 1],
        ['A-', 1],
      ],
    },
    { words: ['ss'], text: 'ßßs\u017fs', finds: [] },
    { words: ['k'], text: '\u212a', finds: [] },
  ])('$words in $text', ({ words, text, finds }) => {
    expect(hits(words, text)).toEqual(finds)
  })

  it('tells cases apart, and knows all letters', () => {
    const found: number[] = []
    const literals = createLiterals(['Größe', 'größe', '漢字', '\ud83d\ude00'], { anyCase: false })
    literals.scan('größe 漢字 \ud83d\ude00 GRÖSSE', (word) => found.push(word))
    expect(found).toEqual([1, 2, 3])
  })

  it('finds what looking everywhere finds', () => {
    const letter = constantFrom('a', 'b', 'C', '-', 'é')
    const words = uniqueArray(
      string({ unit: constantFrom('a', 'b', 'c', '-'), minLength: 1, maxLength: 4 }),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    assert(
      property(words, array(letter, { maxLength: 40 }), (list, letters) => {
        const text = letters.join('')
        const everywhere = list.flatMap((word) =>
          Array.from(text, (_, at) => at)
            .filter((at) => text.toLowerCase().startsWith(word, at))
            .map((at) => `${word} ${at}`),
        )
        expect(
          hits(list, text)
            .map(([word, at]) => `${word} ${at}`)
            .sort(),
        ).toEqual(everywhere.sort())
      }),
    )
  })

  it('knows thousands of letters', () => {
    // Letters that are as far apart as there are classes would share one.
    const letters = Array.from({ length: 3000 }, (_, i) => String.fromCodePoint(0x4e00 + i))
    const words = letters.map((letter, i) => letter + (letters[(i * 7 + 1) % 3000] ?? '') + letter)
    const literals = createLiterals(words, { anyCase: false })
    const finds = (text: string): string[] => {
      const found: string[] = []
      literals.scan(text, (word, start) => found.push(`${start} ${words[word]}`))
      return found
    }
    expect(words.map((word) => finds(`x${word}`))).toEqual(words.map((word) => [`1 ${word}`]))
    expect(finds(letters.join(''))).toEqual([])
  })

  it('tells letters that share a class apart', () => {
    const letter = nat(400).map((i) => String.fromCharCode(0x4e00 + i))
    const list = array(letter, { minLength: 1, maxLength: 2 }).map((word) => word.join(''))
    const all = Array.from({ length: 400 }, (_, i) => String.fromCharCode(0x4e00 + i))
    assert(
      property(uniqueArray(list, { maxLength: 200 }), array(letter, { maxLength: 400 }), (some, text) => {
        const words = [...new Set([...some, ...all])]
        const found = new Set<string>()
        createLiterals(words, { anyCase: false }).scan(text.join(''), (word) => found.add(words[word] ?? ''))
        expect(found).toEqual(new Set(words.filter((word) => text.join('').includes(word))))
      }),
      { numRuns: 50 },
    )
  })
})
