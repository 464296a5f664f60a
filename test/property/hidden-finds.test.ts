/** A secret or a number with check digits is found however it is disguised, and redaction leaves nothing of it. */
import { assert, constantFrom, integer, property, tuple } from 'fast-check'
import { expect, it } from 'vitest'
import { classify } from '../../src/pipeline/classify/classify.ts'
import { redact } from '../../src/pipeline/classify/redact.ts'
import { replaceValues } from '../../src/protocols/json-object.ts'
import { parseModelRequest } from '../../src/protocols/model-request.ts'
import { makeRuledTable } from '../src/make-policy.ts'

/** Put together here, so that no scanner of this repository takes them for real. */
const PLANTED = [
  ['ghp', '_q8W3e5R7t9Y1u3I5o7P9a1S3d5F7g9H1j3K5'],
  ['sk-', 'proj-q8W3e5R7t9Y1u3I5o7P9a1'],
  ['AKIA', 'Q1W2E3R4T5Y6U7I8'],
  ['DE89', '370400440532013000'],
  ['4111', ' 1111 1111 1111'],
  ['ada', '@mail.example.org'],
  ['529.982', '.247-25'],
  ['078-05', '-1120'],
].map((halves) => halves.join(''))

const fullWidth = (text: string): string =>
  text.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))
const escaped = (text: string): string =>
  Array.from(text, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')

/** How it is written where it stands. */
const DISGUISES: ((text: string) => string)[] = [
  (text) => text,
  (text) => Array.from(text).join('\u200b'),
  (text) => Array.from(text).join('\u2060\ufe0f'),
  fullWidth,
  (text) => text.replaceAll(/\d/g, (digit) => String.fromCharCode(0x0660 + Number(digit))),
  (text) => Buffer.from(`a note: ${text} .`).toString('base64'),
  (text) => Buffer.from(`a note: ${text} .`).toString('base64url'),
]

/** Where it stands. The cut is a place within it. */
const PLACES: ((text: string, cut: number) => object)[] = [
  (text) => ({ messages: [{ role: 'user', content: `see ${text} .` }] }),
  (text) => ({ messages: [{ role: 'system', content: text }] }),
  (text) => ({ messages: [{ role: 'tool', tool_call_id: 'x', content: `{"value": "${text}"}` }] }),
  (text) => ({
    messages: [
      {
        role: 'assistant',
        tool_calls: [
          { id: 'x', type: 'function', function: { name: 'f', arguments: JSON.stringify({ a: text }) } },
        ],
      },
    ],
  }),
  (text, cut) => ({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: `see ${text.slice(0, cut)}` },
          { type: 'text', text: `${text.slice(cut)} .` },
        ],
      },
    ],
  }),
]

const table = makeRuledTable([])

function classified(body: string): {
  request: ReturnType<typeof parseModelRequest>
  result: ReturnType<typeof classify>
} {
  const request = parseModelRequest(new TextEncoder().encode(body))
  return { request, result: classify(request, { client: 'crew', surface: 'chat', table, headers: {} }) }
}

it('is found, and taken out', () => {
  assert(
    property(
      tuple(constantFrom(...PLANTED), constantFrom(...DISGUISES), constantFrom(...PLACES)),
      integer({ min: 1, max: 10_000 }),
      ([text, disguise, place], seed) => {
        const written = disguise(text)
        const cut = 1 + (seed % Math.max(1, written.length - 1))
        // A cut through base64 leaves two halves, each of which is read alone.
        const whole = disguise(text).includes(text) || !/^[\w+/=-]+$/.test(written) || place !== PLACES.at(-1)
        const body = JSON.stringify({ model: 'auto', ...place(written, whole ? cut : written.length) })
        const { request, result } = classified(body)
        expect(result.findings).not.toEqual([])
        const left = replaceValues(
          request.body,
          redact(request.body, result, { surface: 'chat', table, detectors: ['secrets', 'pii'] }),
        )
        expect(JSON.parse(left)).toMatchObject({ model: 'auto' })
        expect(left).not.toContain(written)
        expect(classified(left).result.findings).toEqual([])
      },
    ),
    { numRuns: 1500 },
  )
})

it('is found in arguments of a tool that are escaped', () => {
  for (const text of PLANTED) {
    const call = { name: 'f', arguments: `{"a":"${escaped(text)}"}` }
    const body = JSON.stringify({
      model: 'auto',
      messages: [{ role: 'assistant', tool_calls: [{ function: call }] }],
    })
    expect(classified(body).result.findings).not.toEqual([])
  }
})
