import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateTokens } from '../../../../src/pipeline/classify/estimate-tokens.ts'

describe('estimateTokens', () => {
  it.each([
    { text: '', tokens: 0 },
    { text: 'abcd', tokens: 1 },
    { text: 'abcde', tokens: 2 },
    { text: '日本語文', tokens: 3 },
  ])('$text: $tokens', ({ text, tokens }) => {
    expect(estimateTokens(text)).toBe(tokens)
  })

  it('counts the bytes of UTF-8', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        const wellFormed = text.toWellFormed()
        expect(estimateTokens(wellFormed)).toBe(Math.ceil(new TextEncoder().encode(wellFormed).length / 4))
      }),
    )
  })
})
