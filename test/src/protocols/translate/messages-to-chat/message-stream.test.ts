import type Anthropic from '@anthropic-ai/sdk'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMessageStream } from '../../../../../src/protocols/translate/messages-to-chat/message-stream.ts'
import { toMessage } from '../../../../../src/protocols/translate/messages-to-chat/to-message.ts'
import { cuts, splitBytes } from '../../../../property/split-bytes.ts'
import { chatAnswer, chatTrace } from '../chat-trace.ts'
import { messageAnswer } from '../message-trace.ts'
import { readMessage } from '../read-message.ts'
import { createTape, decisions, said } from '../said.ts'
import { ASKED, translateTrace } from '../translate-trace.ts'

const encoder = new TextEncoder()

function read(events: string, places: readonly number[] = []) {
  return readMessage(splitBytes(encoder.encode(events), places), true)
}

/** What of a message says something. */
function essence({ content, stop_reason, stop_sequence, usage }: Anthropic.Message): unknown {
  return { content: JSON.parse(JSON.stringify(content)) as unknown, stop_reason, stop_sequence, usage }
}

async function whole(answer: unknown): Promise<unknown> {
  return essence(await readMessage([encoder.encode(JSON.stringify(answer))], false))
}

describe('a streamed chat answer', () => {
  it('is to a client what a native message is, whatever way it is streamed', async () => {
    await fc.assert(
      fc.asyncProperty(said, decisions, cuts, async (words, numbers, places) => {
        const trace = chatTrace(words, createTape(numbers))
        const message = await read(translateTrace(createMessageStream(ASKED), trace), places)
        expect(message).toMatchObject({ id: 'chatcmpl-1', model: 'wire' })
        expect(essence(message)).toEqual(await whole(messageAnswer(words)))
      }),
      { numRuns: 40 },
    )
  })

  it('is to a client what the same answer is when it is not streamed', async () => {
    await fc.assert(
      fc.asyncProperty(said, decisions, async (words, numbers) => {
        const events = translateTrace(createMessageStream(ASKED), chatTrace(words, createTape(numbers)))
        expect(essence(await read(events))).toEqual(await whole(toMessage(chatAnswer(words), ASKED)))
      }),
      { numRuns: 20 },
    )
  })
})

type Choice = Record<string, unknown>

function delta(fields: Choice, finish: string | null = null): string {
  return JSON.stringify({
    id: 'c',
    model: 'w',
    choices: [{ index: 0, delta: fields, finish_reason: finish }],
  })
}
const call = (fields: Choice) => delta({ tool_calls: [fields] })
const args = (index: number, json: string) => call({ index, function: { arguments: json } })
const named = (index: number, name: string) =>
  call({ index, id: `id_${index}`, function: { name, arguments: '' } })

/** The events that each chunk causes: `type` or `type index`. */
function eventsOf(chunks: readonly string[], body: Record<string, unknown> = {}): string[][] {
  const stream = createMessageStream({ ...ASKED, body })
  return [...chunks.map((data) => stream.push({ name: null, data })), stream.end()].map(typesIn)
}

function typesIn(events: string): string[] {
  return [...events.matchAll(/^data: (.*)$/gm)].map(([, data = '{}']) => {
    const { type, index } = JSON.parse(data) as { type: string; index?: number }
    return index === undefined ? type : `${type} ${index}`
  })
}

describe('events', () => {
  it('come as soon as they can', () => {
    const chunks = [
      delta({ role: 'assistant', content: '' }),
      delta({ reasoning: 'hm' }),
      delta({ content: 'a' }),
      delta({ content: 'b' }),
      named(0, 'f'),
      args(0, '{}'),
      delta({}, 'tool_calls'),
      JSON.stringify({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } }),
      '[DONE]',
    ]
    expect(eventsOf(chunks)).toEqual([
      ['message_start'],
      ['content_block_start 0', 'content_block_delta 0'],
      ['content_block_stop 0', 'content_block_start 1', 'content_block_delta 1'],
      ['content_block_delta 1'],
      ['content_block_stop 1'],
      ['content_block_start 2', 'content_block_delta 2'],
      ['content_block_stop 2'],
      [],
      ['message_delta', 'message_stop'],
      [],
    ])
  })

  it('of a later call wait until the arguments of the one before are complete', () => {
    const chunks = [
      named(0, 'f'),
      args(0, '{"a":"}'),
      named(1, 'g'),
      args(1, '{"b":'),
      args(0, '\\""}'),
      args(1, '1}'),
    ]
    expect(eventsOf([...chunks, '[DONE]'])).toEqual([
      ['message_start'],
      ['content_block_start 0', 'content_block_delta 0'],
      [],
      [],
      ['content_block_delta 0', 'content_block_stop 0', 'content_block_start 1', 'content_block_delta 1'],
      ['content_block_delta 1'],
      ['content_block_stop 1', 'message_delta', 'message_stop'],
      [],
    ])
  })

  it('of a text behind a call wait as well', () => {
    const chunks = [
      named(0, 'f'),
      args(0, '{'),
      delta({ content: 'a' }),
      delta({ content: 'b' }),
      args(0, '}'),
    ]
    expect(eventsOf([...chunks, delta({}, 'stop')]).slice(2)).toEqual([
      [],
      [],
      ['content_block_delta 0', 'content_block_stop 0', 'content_block_start 1', 'content_block_delta 1'],
      ['content_block_stop 1'],
      ['message_delta', 'message_stop'],
    ])
  })

  it('end with the stream where there was neither a finish nor an end', () => {
    expect(eventsOf([delta({ content: 'a' })]).at(-1)).toEqual([
      'content_block_stop 0',
      'message_delta',
      'message_stop',
    ])
  })

  it('make a whole message of nothing', () => {
    expect(eventsOf([])).toEqual([['message_start', 'message_delta', 'message_stop']])
  })

  it('are none behind the end, and none for a ping', () => {
    const stream = createMessageStream(ASKED)
    expect(stream.push({ name: 'ping', data: '{"type":"ping"}' })).toBe('')
    stream.push({ name: null, data: delta({ content: 'a' }, 'stop') })
    expect(stream.push({ name: null, data: delta({ content: 'b' }) })).toBe('')
    expect(stream.end()).toContain('message_stop')
    expect(stream.push({ name: null, data: '[DONE]' })).toBe('')
    expect(stream.end()).toBe('')
  })
})

describe('what a client reads', () => {
  it.each<{ name: string; chunks: string[]; body?: Record<string, unknown>; message: unknown }>([
    {
      name: 'names of a server that gives none',
      chunks: [JSON.stringify({ id: '', model: '', choices: [{ delta: { content: 'a' } }] })],
      message: { id: 'msg_req', model: 'asked', content: [{ type: 'text', text: 'a' }] },
    },
    {
      name: 'an id for a call that has none',
      chunks: [
        delta({ content: 'a' }),
        delta({ tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] }, 'stop'),
      ],
      message: {
        content: [{ text: 'a' }, { type: 'tool_use', id: 'toolu_req_1', name: 'f', input: { a: 1 } }],
        stop_reason: 'tool_use',
      },
    },
    {
      name: 'a function, as it was before tools',
      chunks: [
        delta({ function_call: { name: 'f', arguments: '' } }),
        delta({ function_call: { arguments: '{"a":1}' } }),
        delta({}, 'function_call'),
      ],
      message: { content: [{ type: 'tool_use', name: 'f', input: { a: 1 } }], stop_reason: 'tool_use' },
    },
    {
      name: 'a call without arguments',
      chunks: [named(0, 'f'), delta({}, 'tool_calls')],
      message: { content: [{ type: 'tool_use', id: 'id_0', name: 'f', input: {} }], stop_reason: 'tool_use' },
    },
    {
      name: 'an answer cut off',
      chunks: [delta({ content: 'a' }, 'length')],
      message: { stop_reason: 'max_tokens' },
    },
    {
      name: 'an answer held back',
      chunks: [delta({ content: 'a' }), delta({}, 'content_filter')],
      message: {
        content: [{ text: 'a' }],
        stop_reason: 'refusal',
        stop_details: { type: 'refusal', explanation: null },
      },
    },
    {
      name: 'a refusal',
      chunks: [delta({ refusal: 'I ' }), delta({ refusal: 'will not.' }), delta({}, 'stop')],
      message: {
        content: [{ type: 'text', text: 'I will not.' }],
        stop_reason: 'refusal',
        stop_details: { explanation: 'I will not.' },
      },
    },
    {
      name: 'which sequence ended it',
      chunks: [
        JSON.stringify({ choices: [{ delta: { content: 'a' }, finish_reason: 'stop', stop_reason: 'END' }] }),
      ],
      body: { stop_sequences: ['END'] },
      message: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
    },
    {
      name: 'an ordinary end, where it was no sequence that the client gave',
      chunks: [
        JSON.stringify({
          choices: [{ delta: { content: 'a' }, finish_reason: 'stop', stop_reason: '</s>' }],
        }),
      ],
      body: { stop_sequences: ['END'] },
      message: { stop_reason: 'end_turn', stop_sequence: null },
    },
    {
      name: 'thoughts counted apart',
      chunks: [
        delta({ content: 'a' }, 'stop'),
        JSON.stringify({
          choices: [],
          usage: {
            prompt_tokens: 10,
            completion_tokens: 5,
            prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
            completion_tokens_details: { reasoning_tokens: 4 },
          },
        }),
      ],
      message: {
        usage: {
          input_tokens: 5,
          cache_read_input_tokens: 3,
          cache_creation_input_tokens: 2,
          output_tokens: 5,
          output_tokens_details: { thinking_tokens: 4 },
        },
      },
    },
    {
      name: 'only the first of several choices',
      chunks: [
        delta({ content: 'a' }),
        JSON.stringify({ choices: [{ index: 1, delta: { content: 'x' } }] }),
        delta({ content: 'b' }, 'stop'),
      ],
      message: { content: [{ type: 'text', text: 'ab' }] },
    },
  ])('$name', async ({ chunks, body = {}, message }) => {
    const stream = createMessageStream({ ...ASKED, body })
    const events = chunks.map((data) => stream.push({ name: null, data })).join('') + stream.end()
    expect(await read(events)).toMatchObject(message as object)
  })
})

describe('chunks that make no sense', () => {
  it.each([
    { name: 'HTML', chunks: ['<html>'] },
    { name: 'half an object', chunks: ['{"choices":['] },
    { name: 'a list', chunks: ['[]'] },
    { name: 'a call that is none', chunks: [delta({ tool_calls: ['f'] })] },
    { name: 'arguments of a call without a name', chunks: [args(0, '{}')] },
    { name: 'a call that is never named', chunks: [call({ index: 0, id: 'x' }), delta({}, 'tool_calls')] },
    {
      name: 'arguments behind their end',
      chunks: [named(0, 'f'), args(0, '{}'), named(1, 'g'), args(1, '{}'), args(0, '{}')],
    },
  ])('$name: a TypeError', ({ chunks }) => {
    const stream = createMessageStream(ASKED)
    expect(() => chunks.map((data) => stream.push({ name: null, data }))).toThrow(TypeError)
  })
})
