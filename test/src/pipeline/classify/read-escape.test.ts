import { describe, expect, it } from 'vitest'
import { codesOf } from '../../../../src/pipeline/classify/codes-of.ts'
import { readEscape } from '../../../../src/pipeline/classify/read-escape.ts'

describe('readEscape', () => {
  it.each([
    { text: String.raw`\n`, code: 10, length: 2 },
    { text: String.raw`\"`, code: 34, length: 2 },
    { text: String.raw`\\`, code: 92, length: 2 },
    { text: String.raw`\x41b`, code: 65, length: 4 },
    { text: String.raw`\u00e9`, code: 0xe9, length: 6 },
    { text: String.raw`\ud83d\ude00`, code: 0x1f600, length: 12 },
    { text: String.raw`\ud83d\u0041`, code: 0xd83d, length: 6 },
    { text: String.raw`\ud83d\u00`, code: 0xd83d, length: 6 },
    { text: String.raw`\ude00\ud83d`, code: 0xde00, length: 6 },
    { text: String.raw`\w`, code: 92, length: 1 },
    { text: String.raw`\u00g0`, code: 92, length: 1 },
    { text: String.raw`\x4`, code: 92, length: 1 },
    { text: '\\', code: 92, length: 1 },
  ])('$text', ({ text, code, length }) => {
    expect(readEscape(codesOf(text), 0)).toEqual({ code, length })
    expect(readEscape(codesOf(`a${text}`), 1)).toEqual({ code, length })
  })
})
