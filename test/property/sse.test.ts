import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventAligner, eventData } from '../../src/protocols/sse.ts'
import { cuts, joinBytes, splitBytes } from './split-bytes.ts'

const encoder = new TextEncoder()
const EVENT_END = /(?:\n|\r|\r\n)(?:\r\n|\n|\r)$/

/** Streams made of what matters to the aligner, and of bytes that mean nothing to it. */
const stream = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\n\r\n', '\r\r', 'data: x', ': c', 'é🔑'),
      fc.string(),
    ),
    {
      maxLength: 40,
    },
  )
  .map((parts) => encoder.encode(parts.join('')))

describe('the aligner', () => {
  it('regroups any stream under any split without changing a byte, and ends each piece at an event end', () => {
    fc.assert(
      fc.property(fc.oneof(stream, fc.uint8Array({ maxLength: 300 })), cuts, (bytes, places) => {
        const aligner = createEventAligner()
        const pieces: Uint8Array[] = []
        for (const chunk of splitBytes(bytes, places)) {
          const piece = aligner.push(chunk)
          if (piece === null) continue
          pieces.push(piece)
          expect(aligner.aligned()).toBe(true)
          expect(Buffer.from(joinBytes(pieces)).toString('latin1')).toMatch(EVENT_END)
        }
        expect(joinBytes([...pieces, aligner.rest()])).toEqual(bytes)
      }),
      { numRuns: 500 },
    )
  })

  it('holds no more than its bound, and loses nothing beyond it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50_000), { maxLength: 6 }), fc.boolean(), (sizes, ending) => {
        const aligner = createEventAligner()
        let passed = 0
        for (const size of sizes) passed += aligner.push(new Uint8Array(size).fill(0x61))?.byteLength ?? 0
        expect(aligner.rest().byteLength).toBeLessThanOrEqual(64 * 1024)
        if (ending) passed += aligner.push(encoder.encode('\n\n'))?.byteLength ?? 0
        const sent = sizes.reduce((sum, size) => sum + size, 0) + (ending ? 2 : 0)
        expect(passed + aligner.rest().byteLength).toBe(sent)
      }),
      { numRuns: 50 },
    )
  })
})

describe('eventData', () => {
  const line = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', ' ', ':', '{', 'é') }).map((text) => `data: ${text}`),
    fc.constantFrom(': comment', 'event: x', 'id: 1', 'data:', 'retry: 1', 'database: x'),
  )
  const events = fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { maxLength: 6 })

  it('reads the same whatever ends the lines', () => {
    fc.assert(
      fc.property(events, (blocks) => {
        const [lf, crlf, cr] = ['\n', '\r\n', '\r'].map((end) =>
          eventData(blocks.map((lines) => lines.map((text) => text + end).join('') + end).join('')),
        )
        expect(crlf).toEqual(lf)
        expect(cr).toEqual(lf)
        const withData = blocks.filter((lines) => lines.some((text) => text.startsWith('data:')))
        expect(lf).toHaveLength(withData.length)
      }),
    )
  })

  it('reads the same from the pieces of any split as from the whole', () => {
    fc.assert(
      fc.property(events, fc.constantFrom('\n', '\r\n'), cuts, (blocks, end, places) => {
        const text = blocks.map((lines) => lines.map((one) => one + end).join('') + end).join('')
        const aligner = createEventAligner()
        const decoder = new TextDecoder()
        const read = splitBytes(encoder.encode(text), places).flatMap((chunk) => {
          const piece = aligner.push(chunk)
          return piece === null ? [] : eventData(decoder.decode(piece))
        })
        expect(read).toEqual(eventData(text))
      }),
      { numRuns: 300 },
    )
  })
})
