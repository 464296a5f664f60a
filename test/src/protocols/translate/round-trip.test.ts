/** There and back: what both protocols can say must be the same again. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type Anthropic from '@anthropic-ai/sdk'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chatToMessages } from '../../../../src/protocols/translate/chat-to-messages/chat-to-messages.ts'
import { messagesToChat } from '../../../../src/protocols/translate/messages-to-chat/messages-to-chat.ts'
import type { StreamTranslator } from '../../../../src/protocols/translate/translation.ts'
import { cuts, splitBytes } from '../../../property/split-bytes.ts'
import { messageAnswer, messageTrace } from './message-trace.ts'
import { readMessage } from './read-message.ts'
import { asWritten, createTape, decisions, said } from './said.ts'
import { ASKED, translateTrace } from './translate-trace.ts'

const encoder = new TextEncoder()
const askedForUsage = { ...ASKED, body: { stream_options: { include_usage: true } } }

/** A client of messages, and a backend of them, with chat between. */
function thereAndBack(trace: string): string {
  const there: StreamTranslator = chatToMessages.stream(askedForUsage)
  const back: StreamTranslator = messagesToChat.stream(ASKED)
  return translateTrace(back, translateTrace(there, trace))
}

function wordsOf(block: Anthropic.ContentBlock): unknown {
  if (block.type === 'text') return { text: block.text }
  if (block.type === 'thinking') return { thinking: block.thinking }
  if (block.type !== 'tool_use') return null
  return { id: block.id, name: block.name, input: { ...(block.input as object) } }
}

/** What of a message says something: a thought's signature is its vendor's, and what its own tools do chat cannot say. */
function essence({ content, stop_reason, usage }: Anthropic.Message): unknown {
  const { input_tokens, output_tokens, cache_read_input_tokens } = usage
  return {
    content: content.map(wordsOf).filter((words) => words !== null),
    stop_reason,
    usage: { input_tokens, output_tokens, cache_read_input_tokens },
  }
}

const read = async (events: string, places: readonly number[] = []) =>
  essence(await readMessage(splitBytes(encoder.encode(events), places), true))

describe('answers', () => {
  it('stay what they are, streamed', async () => {
    await fc.assert(
      fc.asyncProperty(said, decisions, cuts, async (words, numbers, places) => {
        const trace = messageTrace(words, createTape(numbers))
        expect(await read(thereAndBack(trace), places)).toEqual(await read(trace))
      }),
      { numRuns: 30 },
    )
  })

  it('stay what they are, whole', () => {
    fc.assert(
      fc.property(said, (words) => {
        const answer = messageAnswer(words)
        const back = messagesToChat.answer(chatToMessages.answer(answer, ASKED), ASKED)
        expect(back).toEqual(answer)
      }),
      { numRuns: 100 },
    )
  })
})

const folder = fileURLToPath(new URL('../../../../../shared/specs/anthropic-sse/', import.meta.url))
const recorded = existsSync(folder) ? readdirSync(folder) : []

const note = recorded.length > 0 ? '' : ' (skipped: they are not on this machine)'

it.skipIf(recorded.length === 0)(
  `streams that Anthropic sent say what they said, by way of chat${note}`,
  async () => {
    for (const name of recorded) {
      const trace = readFileSync(folder + name, 'utf8')
      expect(await read(thereAndBack(trace), [10, 500, 501]), name).toEqual(await read(trace))
    }
  },
)

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
const id = fc.string({ unit: fc.constantFrom('a', 'b', '1', '_'), minLength: 1, maxLength: 6 })
const input = fc.dictionary(id, fc.jsonValue({ maxDepth: 1 }).map(asWritten), {
  maxKeys: 2,
  noNullPrototype: true,
})

/** A chat that both can hold: turns take turns, every call is answered. */
const exchange = fc
  .record({ user: text, calls: fc.uniqueArray(id, { maxLength: 3 }), input, result: text, answer: text })
  .map(({ user, calls, input: given, result, answer }) => {
    const of = { name: 'f', arguments: JSON.stringify(given) }
    const called = {
      role: 'assistant',
      content: null,
      tool_calls: calls.map((call) => ({ id: call, type: 'function', function: of })),
    }
    const results = calls.map((call) => ({ role: 'tool', tool_call_id: call, content: result }))
    const turns: unknown[] = [{ role: 'user', content: user }]
    return turns.concat(calls.length > 0 ? [called, ...results] : [], { role: 'assistant', content: answer })
  })

const chat = fc.record(
  {
    system: text,
    turns: fc.array(exchange, { maxLength: 3 }),
    last: text,
    max_tokens: fc.integer({ min: 1, max: 9999 }),
    temperature: fc.constantFrom(0, 0.5, 1),
    top_p: fc.constantFrom(0.5, 1),
    stop: fc.array(id, { minLength: 1, maxLength: 3 }),
    user: id,
    tool_choice: fc.constantFrom('auto', 'none', 'required', { type: 'function', function: { name: 'f' } }),
    stream: fc.constant({ stream: true, stream_options: { include_usage: true } }),
    schema: fc.constant({ type: 'object', properties: { a: { type: 'string' } } }),
  },
  { requiredKeys: ['turns', 'last', 'max_tokens'] },
)

describe('requests', () => {
  it('of chat stay what they are, by way of messages', () => {
    fc.assert(
      fc.property(chat, ({ system, turns, last, stream = {}, schema, ...fields }) => {
        const tools = [
          { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } },
        ]
        const body = {
          model: 'm',
          messages: [
            ...(system === undefined ? [] : [{ role: 'system', content: system }]),
            ...turns.flat(),
            { role: 'user', content: last },
          ],
          tools,
          ...(schema !== undefined && {
            response_format: { type: 'json_schema', json_schema: { name: 'output', schema, strict: true } },
          }),
          ...fields,
          ...stream,
        }
        const there = chatToMessages.request(body)
        const back = messagesToChat.request(there.body)
        expect(back.body).toEqual(body)
        expect([...there.lost, ...back.lost]).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})
