import * as fc from 'fast-check'
import type OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { createCompletionStream } from '../../../../../src/protocols/translate/chat-to-messages/completion-stream.ts'
import { toCompletion } from '../../../../../src/protocols/translate/chat-to-messages/to-completion.ts'
import type { Asked } from '../../../../../src/protocols/translate/translation.ts'
import { hasOpenapi, openapiNote, readOpenapi } from '../../../../openapi-document.ts'
import { cuts, splitBytes } from '../../../../property/split-bytes.ts'
import { chatAnswer, chatUsage } from '../chat-trace.ts'
import { messageAnswer, messageTrace } from '../message-trace.ts'
import { readCompletion } from '../read-completion.ts'
import { createTape, decisions, said } from '../said.ts'
import { ASKED, translateTrace } from '../translate-trace.ts'

const CHUNK = 'CreateChatCompletionStreamResponse'
const encoder = new TextEncoder()
const withUsage: Asked = { ...ASKED, body: { stream_options: { include_usage: true } } }

/** What of a completion says something; whether nothing is `null` or empty does not. Of thoughts the client knows nothing. */
function essence({ choices, usage }: OpenAI.ChatCompletion): unknown {
  const [choice] = choices
  const { content, tool_calls: calls } = choice?.message ?? {}
  const { prompt_tokens, completion_tokens, prompt_tokens_details: details } = usage ?? {}
  return {
    content: content ?? '',
    calls: ((calls ?? []) as OpenAI.ChatCompletionMessageFunctionToolCall[]).map(({ id, function: of }) => [
      id,
      of.name,
      JSON.parse(of.arguments) as unknown,
    ]),
    finish: choice?.finish_reason,
    usage: { prompt_tokens, completion_tokens, cached: details?.cached_tokens },
  }
}

async function whole(answer: unknown): Promise<unknown> {
  return essence(await readCompletion([encoder.encode(JSON.stringify(answer))], false))
}

function translate(trace: string, asked: Asked = withUsage): string {
  return translateTrace(createCompletionStream(asked), trace)
}

describe('a streamed message', () => {
  it('is to a client what a native answer is, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(said, decisions, cuts, async (words, numbers, places) => {
        const events = translate(messageTrace(words, createTape(numbers)))
        const completion = await readCompletion(splitBytes(encoder.encode(events), places), true)
        expect(essence(completion)).toEqual(await whole(chatAnswer(words)))
        expect(completion).toMatchObject({ id: 'msg_1', model: 'wire', created: ASKED.createdAt })
        expect(thoughtsIn(events)).toBe(words.reasoning)
      }),
      { numRuns: 40 },
    )
  })

  it('is to a client what the same message is when it is not streamed', async () => {
    await fc.assert(
      fc.asyncProperty(said, decisions, async (words, numbers) => {
        const events = translate(messageTrace(words, createTape(numbers)))
        const streamed = essence(await readCompletion([encoder.encode(events)], true))
        expect(streamed).toEqual(await whole(toCompletion(messageAnswer(words), withUsage)))
      }),
      { numRuns: 20 },
    )
  })
})

function chunksIn(events: string): Record<string, unknown>[] {
  return [...events.matchAll(/^data: (\{.*)$/gm)].map(
    ([, data = '{}']) => JSON.parse(data) as Record<string, unknown>,
  )
}

function thoughtsIn(events: string): string {
  const deltas = chunksIn(events).map(
    ({ choices }) => (choices as { delta: { reasoning_content?: string } }[])[0]?.delta,
  )
  return deltas.map((delta) => delta?.reasoning_content ?? '').join('')
}

const everything = {
  reasoning: 'hm',
  text: 'hello',
  calls: [
    { id: 'a', name: 'f', input: { x: 1 } },
    { id: 'b', name: 'g', input: {} },
  ],
  end: 'tools' as const,
  input: 7,
  cached: 3,
  output: 4,
}

describe('chunks', () => {
  it('begin with the role, number the calls, and end with finish, usage and [DONE]', () => {
    const events = translate(messageTrace(everything, createTape([])))
    const chunks = chunksIn(events)
    const choice = (delta: unknown, finish: string | null = null) => [
      { index: 0, delta, logprobs: null, finish_reason: finish },
    ]
    expect(chunks.map(({ choices }) => choices)).toEqual([
      choice({ role: 'assistant', content: '' }),
      choice({ reasoning_content: 'hm' }),
      choice({ content: 'hello' }),
      choice({
        tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
      }),
      choice({ tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] }),
      choice({
        tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } }],
      }),
      choice({ tool_calls: [{ index: 1, function: { arguments: '{}' } }] }),
      choice({}, 'tool_calls'),
      [],
    ])
    expect(chunks.at(-1)?.['usage']).toMatchObject(chatUsage(everything))
    expect(events.endsWith('}\n\ndata: [DONE]\n\n')).toBe(true)
  })

  it.skipIf(!hasOpenapi)(`are such as OpenAI describes${openapiNote}`, () => {
    const validate = readOpenapi([CHUNK])
    const chunks = chunksIn(translate(messageTrace(everything, createTape([]))))
    expect(chunks.map((chunk) => validate(CHUNK, chunk))).toEqual(chunks.map(() => null))
  })

  it('tell the usage to those only who asked for it', () => {
    const events = translate(messageTrace(everything, createTape([])), ASKED)
    expect(chunksIn(events).some((chunk) => 'usage' in chunk)).toBe(false)
  })

  it('speak of functions to a client that knows no tools', () => {
    const asked = { ...ASKED, body: { functions: [{ name: 'f' }] } }
    const one = { ...everything, reasoning: '', text: '', calls: everything.calls.slice(0, 1) }
    expect(
      chunksIn(translate(messageTrace(one, createTape([])), asked)).map(({ choices }) => choices),
    ).toMatchObject([
      [{ delta: { role: 'assistant' } }],
      [{ delta: { function_call: { name: 'f', arguments: '' } } }],
      [{ delta: { function_call: { arguments: '{"x":1}' } } }],
      [{ delta: {}, finish_reason: 'function_call' }],
    ])
  })
})

const start = '{"type":"message_start","message":{"id":"i","model":"w","usage":{"input_tokens":5}}}'
const push = (...events: string[]): string => {
  const stream = createCompletionStream(withUsage)
  return events.map((data) => stream.push({ name: null, data })).join('') + stream.end()
}
const begin = (block: unknown) =>
  JSON.stringify({ type: 'content_block_start', index: 0, content_block: block })
const go = (delta: unknown) => JSON.stringify({ type: 'content_block_delta', index: 0, delta })

describe('what a client reads', () => {
  it.each([
    {
      name: 'a text that stands in the beginning of its block',
      events: [begin({ type: 'text', text: 'a' })],
      delta: { content: 'a' },
    },
    {
      name: 'arguments that stand in the beginning of their block',
      events: [begin({ type: 'tool_use', id: 'x', name: 'f', input: { a: 1 } })],
      delta: { tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] },
    },
    {
      name: 'nothing of what tools of the vendor do',
      events: [
        begin({ type: 'server_tool_use', id: 's', name: 'web_search' }),
        go({ type: 'input_json_delta', partial_json: '{}' }),
      ],
      delta: { role: 'assistant', content: '' },
    },
  ])('$name', ({ events, delta }) => {
    const chunks = chunksIn(push(start, ...events))
    expect(chunks.at(-3)).toMatchObject({ choices: [{ delta, finish_reason: null }] })
  })

  it.each([
    { stop: 'end_turn', finish: 'stop' },
    { stop: 'stop_sequence', finish: 'stop' },
    { stop: 'pause_turn', finish: 'stop' },
    { stop: 'max_tokens', finish: 'length' },
    { stop: 'model_context_window_exceeded', finish: 'length' },
    { stop: 'tool_use', finish: 'tool_calls' },
    { stop: 'refusal', finish: 'content_filter' },
    { stop: 'something_new', finish: 'stop' },
  ])('$finish for $stop', ({ stop, finish }) => {
    const end = JSON.stringify({
      type: 'message_delta',
      delta: { stop_reason: stop },
      usage: { output_tokens: 2 },
    })
    const chunks = chunksIn(push(start, end))
    expect(chunks.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: finish }] })
    expect(chunks.at(-1)).toMatchObject({
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    })
  })

  it('why the model would not answer', () => {
    const details = { type: 'refusal', category: null, explanation: 'no' }
    const end = JSON.stringify({
      type: 'message_delta',
      delta: { stop_reason: 'refusal', stop_details: details },
    })
    expect(chunksIn(push(start, end)).at(-2)).toMatchObject({ choices: [{ delta: { refusal: 'no' } }] })
  })

  it('nothing behind the end', () => {
    const stream = createCompletionStream(ASKED)
    const ended =
      stream.push({ name: null, data: start }) + stream.push({ name: null, data: '{"type":"message_stop"}' })
    expect(ended.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(stream.push({ name: null, data: start }) + stream.end()).toBe('')
  })
})

describe('events that make no sense', () => {
  it.each([
    { name: 'HTML', events: ['<html>'] },
    { name: 'a list', events: ['[]'] },
    { name: 'a start without a message', events: ['{"type":"message_start"}'] },
    { name: 'a second start', events: [start, start] },
    { name: 'a block before its message', events: [begin({ type: 'text', text: '' })] },
    { name: 'a block that is none', events: [start, begin('text')] },
    { name: 'a call without a name', events: [start, begin({ type: 'tool_use', id: 'x' })] },
    { name: 'a piece of no block', events: [start, go({ type: 'text_delta', text: 'a' })] },
    { name: 'a piece that is none', events: [start, begin({ type: 'text', text: '' }), go(null)] },
    { name: 'an end before the start', events: ['{"type":"message_stop"}'] },
  ])('$name: a TypeError', ({ events }) => {
    const stream = createCompletionStream(ASKED)
    expect(() => events.map((data) => stream.push({ name: null, data }))).toThrow(TypeError)
  })
})
