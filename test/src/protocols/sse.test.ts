import { describe, expect, it } from 'vitest'
import { concat, createEventAligner, eventData } from '../../../src/protocols/sse.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** What push() gives for each chunk, then what is left. */
function align(chunks: readonly string[]): { pieces: (string | null)[]; rest: string } {
  const aligner = createEventAligner()
  const pieces = chunks.map((chunk) => {
    const piece = aligner.push(encoder.encode(chunk))
    return piece === null ? null : decoder.decode(piece)
  })
  return { pieces, rest: decoder.decode(aligner.rest()) }
}

describe('createEventAligner', () => {
  it.each([
    { name: 'one event', chunks: ['data: a\n\n'], pieces: ['data: a\n\n'], rest: '' },
    { name: 'a cut event', chunks: ['data:', ' a\n', '\n'], pieces: [null, null, 'data: a\n\n'], rest: '' },
    {
      name: 'two and a half',
      chunks: ['a\n\nb\n\nda', 'ta\n\n'],
      pieces: ['a\n\nb\n\n', 'data\n\n'],
      rest: '',
    },
    { name: 'CRLF', chunks: ['a\r\n\r\nb'], pieces: ['a\r\n\r\n'], rest: 'b' },
    {
      name: 'CRLF cut everywhere',
      chunks: ['a\r', '\n', '\r', '\n'],
      pieces: [null, null, null, 'a\r\n\r\n'],
      rest: '',
    },
    { name: 'CR', chunks: ['a\r\rb\r'], pieces: ['a\r\r'], rest: 'b\r' },
    { name: 'CR cut', chunks: ['a\r', '\rb'], pieces: [null, 'a\r\r'], rest: 'b' },
    { name: 'LF then CRLF', chunks: ['a\n\r\nb'], pieces: ['a\n\r\n'], rest: 'b' },
    { name: 'a single CRLF is no end', chunks: ['a\r\nb\r\n'], pieces: [null], rest: 'a\r\nb\r\n' },
    { name: 'nothing', chunks: ['', ''], pieces: [null, null], rest: '' },
    { name: 'never an end', chunks: ['data: a\n'], pieces: [null], rest: 'data: a\n' },
  ])('$name', ({ chunks, pieces, rest }) => {
    expect(align(chunks)).toEqual({ pieces, rest })
  })

  it('passes an event beyond 64 KiB on, and knows that it is not aligned then', () => {
    const aligner = createEventAligner()
    const half = encoder.encode('x'.repeat(40_000))
    expect(aligner.push(half)).toBeNull()
    expect(aligner.aligned()).toBe(true)
    expect(aligner.push(half)?.byteLength).toBe(80_000)
    expect(aligner.aligned()).toBe(false)
    expect(aligner.push(encoder.encode('end\n\nnext'))).toEqual(encoder.encode('end\n\n'))
    expect(aligner.aligned()).toBe(true)
    expect(decoder.decode(aligner.rest())).toBe('next')
  })

  it('hands a chunk of whole events on without copying it', () => {
    const chunk = encoder.encode('data: a\n\n')
    expect(createEventAligner().push(chunk)).toBe(chunk)
  })
})

describe('eventData', () => {
  it.each([
    { text: 'data: a\n\n', data: ['a'] },
    { text: 'data:a\n\ndata: b\n\n', data: ['a', 'b'] },
    { text: 'data:  two spaces keep one\n\n', data: [' two spaces keep one'] },
    { text: 'data: a\ndata: b\n\n', data: ['a\nb'] },
    { text: 'event: x\nid: 1\ndata: a\nretry: 5\n\n', data: ['a'] },
    { text: ': comment\n\ndata: a\n\n', data: ['a'] },
    { text: 'data: a\r\n\r\ndata: b\r\n\r\n', data: ['a', 'b'] },
    { text: 'data: a\r\rdata: b\r\r', data: ['a', 'b'] },
    { text: 'data: unfinished', data: ['unfinished'] },
    { text: 'database: no\n\n', data: [] },
    { text: '\n\n\n\n', data: [] },
    { text: '', data: [] },
    { text: 'data\n\n', data: [] },
  ])('$text', ({ text, data }) => {
    expect(eventData(text)).toEqual(data)
  })
})

it('concat puts one behind the other', () => {
  expect(concat(Uint8Array.of(1, 2), Uint8Array.of(3))).toEqual(Uint8Array.of(1, 2, 3))
  expect(concat(new Uint8Array(0), new Uint8Array(0))).toEqual(new Uint8Array(0))
})
