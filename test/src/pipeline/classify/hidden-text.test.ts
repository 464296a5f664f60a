import { describe, expect, it } from 'vitest'
import { addHidden, type WithHidden } from '../../../../src/pipeline/classify/hidden-text.ts'
import { joinParts } from '../../../../src/pipeline/classify/haystack.ts'
import { textParts } from '../../../../src/protocols/text-parts.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const MARK = 'the mark that is hidden here'
const LONG = base64(MARK.repeat(30))
const BYTES = Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 167 + 13) % 256)).toString('base64')

function hidden(...contents: unknown[]): WithHidden {
  const messages = contents.map((content) => ({ role: 'user', content }))
  const { parts } = textParts({ messages }, 'chat')
  return addHidden(joinParts(parts, 1_000_000), parts)
}

const list = (...texts: string[]): unknown => texts.map((text) => ({ type: 'text', text }))

describe('addHidden', () => {
  it.each([
    { name: 'base64', content: `see ${base64(MARK)} ok` },
    {
      name: 'JSON in base64',
      content: base64(JSON.stringify({ a: JSON.stringify(`"${MARK.replace('t', '\\u0074')}`) })),
    },
    {
      name: 'base64 behind escapes',
      content: String.raw`{"a":"{\"b\":\"${base64(MARK).slice(0, 9)}\\u00${base64(MARK).charCodeAt(9).toString(16)}${base64(MARK).slice(10)}\"}"}`,
    },
    { name: 'base64 in a line above words', content: `${base64(`${MARK} for all to see here`)}\ngreen` },
    { name: 'base64 that is cut', content: list(base64(MARK).slice(0, 13), base64(MARK).slice(13)) },
    {
      name: 'base64 that is cut, behind a word',
      content: list('old', base64(MARK).slice(0, 13), base64(MARK).slice(13)),
    },
    { name: 'words that are cut', content: list(MARK.slice(0, 9), MARK.slice(9)) },
    {
      name: 'words that are cut, in parts of several kinds',
      content: [
        { type: 'text', text: MARK.slice(0, 9) },
        { type: 'refusal', refusal: MARK.slice(9, 15) },
        MARK.slice(15),
      ],
    },
    {
      name: 'an escape that is cut',
      content: list(MARK.replace('m', String.raw`\u00`).slice(0, 8), `6d${MARK.slice(5)}`),
    },
  ])('$name', ({ content }) => {
    const { text, locate } = hidden(content)
    const at = text.indexOf(MARK)
    expect(at).toBeGreaterThan(-1)
    expect(locate(at, at + MARK.length)).not.toEqual([])
  })

  it('glues neighbours without those that they run into', () => {
    const { text, locate } = hidden(list('old', 'one', ' two', 'end'))
    const at = text.indexOf('\none two\n')
    expect(at).toBeGreaterThan(-1)
    expect(locate(at + 1, at + 8)).toEqual([
      { part: 1, start: 0, end: 3 },
      { part: 2, start: 0, end: 4 },
    ])
  })

  it('glues what stands in one list, and nothing else', () => {
    const message = { role: 'user', content: 'hello', name: 'ada' }
    const { parts } = textParts({ messages: [message, message] }, 'chat')
    expect(addHidden(joinParts(parts, 1000), parts).text).toBe('hello\nada\nhello\nada')
  })

  it('does not say twice what stands in one part', () => {
    const { text, locate } = hidden(list('one', 'two'))
    const at = text.indexOf('onetwo')
    expect([locate(at, at + 3), locate(at, at + 4).length]).toEqual([[], 2])
  })

  it.each([
    { name: 'bytes', content: BYTES, opaque: true },
    { name: 'bytes that are cut', content: list(BYTES.slice(0, 400), BYTES.slice(400)), opaque: true },
    { name: 'text', content: LONG, opaque: false },
    { name: 'text behind a word that it is glued to', content: list('ab', LONG), opaque: false },
  ])('$name: nobody knows what it is: $opaque', ({ content, opaque }) => {
    expect(hidden(content).opaque).toBe(opaque)
  })
})
