/**
 * Streamed answers of every protocol with a secret in them, of which events are lost, come in two pieces or break off: no
 * telling half of it is in the redacted text of their trace.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerText } from '../../src/pipeline/trace/answer-text.ts'
import { createTextsInHand } from '../../src/pipeline/trace/texts-in-hand.ts'
import { MOST_ANSWER, traceText } from '../../src/pipeline/trace/trace-text.ts'
import { inOneGo } from '../../src/pipeline/trace/turns.ts'
import { createEventAligner } from '../../src/protocols/sse.ts'
import { makeRuledTable } from '../src/make-policy.ts'
import { runs } from './runs.ts'
import { cuts, splitBytes } from './split-bytes.ts'

const table = makeRuledTable([])
const encoder = new TextEncoder()

const SECRETS = [
  'AKIAQYLPMN5HHHFPZAM2',
  'ada.lovelace@example.org',
  `ghp_${'aB3dE6gH'.repeat(5).slice(0, 36)}`,
  '4111 1111 1111 1111',
  'DE89 3704 0044 0532 0130 00',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
]

/** Events that say a text, piece by piece, and those around them. */
interface Speech {
  before: object[]
  say: (text: string) => object
  after: object[]
}

const choice = (fields: object): object => ({ choices: [{ index: 0, ...fields }] })
const call = (given: string): object =>
  choice({ delta: { tool_calls: [{ index: 0, function: { name: 'look', arguments: given } }] } })
const block = (type: string, fields: object = {}): object => ({ type, index: 0, ...fields })
let blocks = 0
const item = { output_index: 0, item: { type: 'message', content: [] } }

const SPEECHES: Readonly<Record<string, Speech>> = {
  chat: {
    before: [choice({ delta: { role: 'assistant', content: '' } })],
    say: (content) => choice({ delta: { content } }),
    after: [choice({ delta: {}, finish_reason: 'stop' })],
  },
  'thoughts of chat': {
    before: [],
    say: (reasoning) => choice({ delta: { reasoning } }),
    after: [choice({ delta: { content: 'so far' }, finish_reason: 'stop' })],
  },
  'arguments of chat': { before: [], say: call, after: [choice({ delta: {}, finish_reason: 'tool_calls' })] },
  completions: {
    before: [],
    say: (text) => choice({ text }),
    after: [choice({ text: '', finish_reason: 'stop' })],
  },
  messages: {
    before: [block('content_block_start', { content_block: { type: 'text', text: '' } })],
    say: (text) => block('content_block_delta', { delta: { type: 'text_delta', text } }),
    after: [
      block('content_block_stop'),
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
      { type: 'message_stop' },
    ],
  },
  'arguments of messages': {
    before: [block('content_block_start', { content_block: { type: 'tool_use', name: 'look', input: {} } })],
    say: (json) => block('content_block_delta', { delta: { type: 'input_json_delta', partial_json: json } }),
    after: [block('content_block_stop'), { type: 'message_delta', delta: { stop_reason: 'tool_use' } }],
  },
  'choices by turns': {
    before: [],
    say: (content) => ({
      choices: [
        { index: 1, delta: { content: 'other ' } },
        { index: 0, delta: { content } },
      ],
    }),
    after: [choice({ delta: {}, finish_reason: 'stop' })],
  },
  'what blocks begin with': {
    before: [],
    say: (text) =>
      block('content_block_start', { index: (blocks += 1), content_block: { type: 'text', text } }),
    after: [{ type: 'message_delta', delta: { stop_reason: 'end_turn' } }],
  },
  responses: {
    before: [{ type: 'response.output_item.added', ...item }],
    say: (delta) => ({ type: 'response.output_text.delta', output_index: 0, delta }),
    after: [{ type: 'response.completed', response: { status: 'completed' } }],
  },
  ollama: {
    before: [],
    say: (content) => ({ message: { role: 'assistant', content }, done: false }),
    after: [{ message: { content: '' }, done: true, done_reason: 'stop' }],
  },
}

/** What becomes of an event: mostly nothing. */
const FATES = ['whole', 'whole', 'whole', 'lost', 'large', 'gone'] as const
const LARGE = 'x'.repeat(70_000)
/** Nobody looks into it. */
const HUGE = new Uint8Array(2 ** 20 + 1)

interface Told {
  speech: Speech
  pieces: readonly string[]
  fates: readonly (typeof FATES)[number][]
}

function bytesOf({ speech, pieces, fates }: Told): Uint8Array[] {
  const events = [...speech.before, ...pieces.map(speech.say), ...speech.after]
  return events.map((event, i) => {
    const fate = fates[i] ?? 'whole'
    if (fate === 'gone') return HUGE
    const data = JSON.stringify(fate === 'large' ? { pad: LARGE, ...event } : event)
    return encoder.encode(`data: ${fate === 'lost' ? data.slice(0, -2) : data}\n\n`)
  })
}

const told = (among: Told['fates']): fc.Arbitrary<{ secret: string; events: Uint8Array[] }> =>
  fc
    .record({
      speech: fc.constantFrom(...Object.values(SPEECHES)),
      secret: fc.constantFrom(...SECRETS),
      around: fc.constantFrom('words and more words ', 'kéy: ', '\n', '这是 ', ''),
      times: fc.tuple(fc.nat(20), fc.nat(20)),
      places: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
      fates: fc.array(fc.constantFrom(...among), { maxLength: 10 }),
      end: fc.nat(14),
    })
    .map(({ speech, secret, around, times: [before, after], places, fates, end }) => {
      const begin = around.repeat(before)
      const text = `${begin} ${secret} ${around.repeat(after)}`
      const at = places.map((place) => begin.length + (place % (secret.length + 3))).toSorted((a, b) => a - b)
      const pieces = [0, ...at].map((from, i) => text.slice(from, at[i] ?? text.length))
      return { secret, events: bytesOf({ speech, pieces, fates }).slice(0, end) }
    })

function expectNothingOf(secret: string, answer: AnswerText): void {
  const output = answer.end()
  const text = inOneGo(traceText({ input: [], output }, { content: 'redacted', sinks: ['otlp'], table }))
  const written = JSON.stringify(text)
  for (let at = 0; at + 8 <= secret.length; at += 1) expect(written).not.toContain(secret.slice(at, at + 8))
}

describe('the redacted text of a streamed answer', () => {
  it('holds no half of a secret, whichever events were lost', () => {
    fc.assert(
      fc.property(told(FATES), ({ secret, events }) => {
        const answer = new AnswerText(MOST_ANSWER, createTextsInHand())
        for (const event of events) answer.piece(event)
        expectNothingOf(secret, answer)
      }),
      { numRuns: runs(1000) },
    )
  })

  it('holds no half of a secret, however its bytes came', () => {
    fc.assert(
      fc.property(
        told(['whole', 'whole', 'large']),
        cuts,
        fc.integer({ min: 100, max: 400_000 }),
        ({ secret, events }, at, room) => {
          const answer = new AnswerText(MOST_ANSWER, createTextsInHand(room))
          const aligner = createEventAligner()
          for (const chunk of splitBytes(Buffer.concat(events), at)) {
            const piece = aligner.push(chunk)
            if (piece !== null) answer.piece(piece)
          }
          expectNothingOf(secret, answer)
        },
      ),
      { numRuns: runs(300) },
    )
  })

  it.each(Object.entries(SPEECHES))('finds a secret in %s where all came', (_, speech) => {
    const [secret = ''] = SECRETS
    const answer = new AnswerText(MOST_ANSWER, createTextsInHand())
    const pieces = ['see ', secret.slice(0, 9), secret.slice(9), ` there${' again'.repeat(20)}`]
    for (const event of bytesOf({ speech, pieces, fates: [] })) answer.piece(event)
    const output = answer.end()
    const text = inOneGo(traceText({ input: [], output }, { content: 'redacted', sinks: ['otlp'], table }))
    expect(JSON.stringify(text)).toMatch(/see (?:\\n)?(?:\[SECRET:aws-key\](?:\\n)?)+ there/)
  })
})
