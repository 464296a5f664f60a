/**
 * What clients of Anthropic's protocol get, held against the types of its own client: no other description of the API is
 * public. The compiler judges what is expected here, the test that it comes.
 */
import type Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { chunk, DONE, json, ROLE, text } from '../upstream/reply.ts'
import { describeRuntimes, type Bench } from './harness/describe-runtimes.ts'

/** Members that the API itself leaves out of its answers, by the streams captured of it. */
type Sent<Whole, LeftOut extends keyof Whole> = Omit<Whole, LeftOut> & Partial<Pick<Whole, LeftOut>>
type Usage = Sent<
  Anthropic.Usage,
  'cache_creation' | 'inference_geo' | 'output_tokens_details' | 'server_tool_use' | 'service_tier' | 'speed'
>
type Block =
  | Anthropic.ThinkingBlock
  | Sent<Anthropic.TextBlock, 'citations'>
  | Sent<Anthropic.ToolUseBlock, 'caller'>
type Message = Omit<Sent<Anthropic.Message, 'container' | 'diagnostics'>, 'usage' | 'content'> & {
  usage: Usage
  content: Block[]
}
type Delta = Sent<Anthropic.RawMessageDeltaEvent.Delta, 'container'>
type DeltaUsage = Sent<Anthropic.MessageDeltaUsage, 'output_tokens_details' | 'server_tool_use'>
type Event =
  | { type: 'message_start'; message: Message }
  | { type: 'content_block_start'; index: number; content_block: Block }
  | Anthropic.RawContentBlockDeltaEvent
  | Anthropic.RawContentBlockStopEvent
  | { type: 'message_delta'; delta: Delta; usage: DeltaUsage }
  | Anthropic.RawMessageStopEvent

const VERSION = { 'anthropic-version': '2023-06-01' }

const ASKED: Anthropic.MessageCreateParamsNonStreaming = {
  model: 'hub',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'hi' }],
  tools: [{ name: 'add', input_schema: { type: 'object' } }],
}
const COUNTED: Anthropic.MessageCountTokensParams = { model: 'hub', messages: ASKED.messages }

const USAGE: Usage = {
  input_tokens: 6,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 4,
  output_tokens: 5,
}
const CHAT_USAGE = {
  prompt_tokens: 10,
  completion_tokens: 5,
  total_tokens: 15,
  prompt_tokens_details: { cached_tokens: 4 },
}
const CALL = { id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }

const MESSAGE: Message = {
  id: 'chatcmpl-mock',
  type: 'message',
  role: 'assistant',
  model: 'mock',
  content: [
    { type: 'thinking', thinking: 'hm', signature: '' },
    { type: 'text', text: 'ok' },
    { type: 'tool_use', id: 'c1', name: 'add', input: { a: 1 } },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  stop_details: null,
  usage: USAGE,
}

const NOTHING: Usage = {
  input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 0,
}
const EVENTS: readonly Event[] = [
  {
    type: 'message_start',
    message: { ...MESSAGE, content: [], stop_reason: null, usage: NOTHING },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'ok' } },
  { type: 'content_block_stop', index: 1 },
  {
    type: 'content_block_start',
    index: 2,
    content_block: { type: 'tool_use', id: 'c1', name: 'add', input: {} },
  },
  { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"a":1}' } },
  { type: 'content_block_stop', index: 2 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null, stop_details: null },
    usage: USAGE,
  },
  { type: 'message_stop' },
]

const WHOLE = json(200, {
  id: 'chatcmpl-mock',
  object: 'chat.completion',
  created: 1,
  model: 'mock',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'ok', reasoning_content: 'hm', tool_calls: [CALL] },
      finish_reason: 'tool_calls',
    },
  ],
  usage: CHAT_USAGE,
})
const STREAM =
  ROLE +
  chunk({ delta: { reasoning_content: 'hm' } }) +
  text('ok') +
  chunk({ delta: { tool_calls: [{ index: 0, ...CALL }] } }) +
  chunk({ finish: 'tool_calls' }) +
  chunk({ usage: CHAT_USAGE }) +
  DONE

const ask = (bench: Bench, path: string, body?: unknown): ReturnType<Bench['client']['call']> =>
  bench.client.call({ path: `/v1/${path}`, headers: VERSION, ...(body !== undefined && { body }) })

describeRuntimes({ models: { hub: {} } }, (bench) => {
  it('answers with a message', async () => {
    bench.upstream.reply('mock/hub', WHOLE)
    expect((await ask(bench, 'messages', ASKED)).json()).toEqual(MESSAGE)
  })

  it('streams events of a message, named after their types', async () => {
    bench.upstream.reply('mock/hub', [{ send: STREAM }])
    const { text: stream } = await ask(bench, 'messages', { ...ASKED, stream: true })
    const events = stream
      .split('\n\n')
      .slice(0, -1)
      .map((event) => event.split('\n'))
    expect(events.map(([, data = '']) => JSON.parse(data.slice('data: '.length)) as unknown)).toEqual(EVENTS)
    expect(events.map(([name]) => name)).toEqual(EVENTS.map(({ type }) => `event: ${type}`))
  })

  it('counts tokens', async () => {
    const count = (await ask(bench, 'messages/count_tokens', COUNTED)).json()
    expect(count).toEqual({ input_tokens: expect.any(Number) } satisfies Record<
      keyof Anthropic.MessageTokensCount,
      unknown
    >)
  })

  it.each([
    ['messages', ASKED],
    ['messages', { ...ASKED, stream: true }],
    ['messages/count_tokens', COUNTED],
    ['models', undefined],
    ['models/hub', undefined],
  ])('tells of %s the id of the request where its client looks', async (path, body) => {
    bench.upstream.reply('mock/hub', body !== undefined && 'stream' in body ? [{ send: STREAM }] : WHOLE)
    const { status, headers } = await ask(bench, path, body)
    expect(status).toBe(200)
    expect(headers['request-id']).toMatch(/^[\w-]{10,}$/)
    expect(headers['request-id']).toBe(headers['x-correlation-id'])
  })

  it('lists models', async () => {
    const model: Anthropic.ModelInfo = {
      type: 'model',
      id: 'hub',
      display_name: 'hub',
      created_at: '1970-01-01T00:00:00Z',
      lifecycle: 'active',
      capabilities: null,
      line: null,
      max_input_tokens: null,
      max_tokens: null,
      deprecated_at: null,
      retires_at: null,
    }
    expect((await ask(bench, 'models/hub')).json()).toEqual(model)
    expect((await ask(bench, 'models')).json()).toEqual({
      data: [model],
      has_more: false,
      first_id: 'hub',
      last_id: 'hub',
    })
  })

  describe('refuses', () => {
    const cases: { name: string; status: number; type: Anthropic.ErrorType; path: string; body: unknown }[] =
      [
        {
          name: 'an unknown model',
          status: 404,
          type: 'not_found_error',
          path: 'messages',
          body: { ...ASKED, model: 'x' },
        },
        { name: 'what is no JSON', status: 400, type: 'invalid_request_error', path: 'messages', body: '{' },
        {
          name: 'no bound',
          status: 400,
          type: 'invalid_request_error',
          path: 'messages',
          body: { ...ASKED, max_tokens: null },
        },
        { name: 'an unknown path', status: 404, type: 'not_found_error', path: 'messages/none', body: {} },
      ]
    it.each(cases)('$name', async ({ status, type, path, body }) => {
      const answer = await ask(bench, path, body)
      expect(answer.status).toBe(status)
      expect(answer.json()).toEqual({
        type: 'error',
        error: { type, message: expect.any(String) },
        request_id: expect.any(String),
      } satisfies Record<keyof Anthropic.ErrorResponse, unknown>)
    })
  })
})
