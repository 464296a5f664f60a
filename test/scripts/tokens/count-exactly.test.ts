import { describe, expect, it } from 'vitest'
import { countExactly } from '../../../scripts/tokens/count-exactly.ts'

describe('countExactly', () => {
  it.each([
    ['', 0],
    ['Hello, world!', 4],
    ['<|endoftext|>', 7],
  ])('%s: %i', (text, tokens) => {
    expect(countExactly(text)).toEqual({ text, tokens })
  })

  it('reads the beginning of what is long', () => {
    expect(countExactly('a word '.repeat(10_000))?.text).toHaveLength(20_000)
  })

  it.each([
    ['letters', 'x'.repeat(1000)],
    ['ideographs', '漢字'.repeat(500)],
    ['letters and accents', 'a\u0301'.repeat(500)],
    ['spaces', ' '.repeat(1000)],
    ['marks and line ends', '/\n'.repeat(500)],
  ])('does not count runs of %s, which take the tokenizer long', (_, run) => {
    expect(countExactly(`a ${run} b`)).toBeNull()
  })
})
