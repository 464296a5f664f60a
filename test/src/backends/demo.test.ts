import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askDemo, streamDemo } from './ask-demo.ts'

const CHAT = '/v1/chat/completions'
const TOOLS = [
  {
    type: 'function',
    function: { name: 'add', parameters: { type: 'object', properties: { a: { type: 'integer' } } } },
  },
]

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function say(content: unknown): object {
  return { messages: [{ role: 'user', content }] }
}

interface Chunk {
  choices: {
    text?: string
    delta?: { content?: string; tool_calls?: { function: { name?: string; arguments: string } }[] }
    finish_reason: string | null
  }[]
  usage?: unknown
}

async function chunks(path: string, body: object): Promise<Chunk[]> {
  const data = await streamDemo(path, body)
  expect(data.at(-1)).toBe('[DONE]')
  return data.slice(0, -1).map((event) => JSON.parse(event) as Chunk)
}

describe('chat', () => {
  it.each([
    { name: 'text', body: say('Hello  there,\nyou') },
    {
      name: 'parts',
      body: say([
        { type: 'text', text: 'Hello' },
        { type: 'text', text: 'you' },
      ]),
    },
    { name: 'no messages', body: {} },
    { name: 'few tokens', body: { ...say('Hello there'), max_tokens: 3 } },
    { name: 'no tokens', body: { ...say('Hello there'), max_completion_tokens: 0 } },
    { name: 'a tool', body: { ...say('add'), tools: TOOLS } },
    { name: 'a result of a tool', body: { messages: [{ role: 'tool', content: '42' }], tools: TOOLS } },
  ])('says the same whole and streamed: $name', async ({ body }) => {
    const whole = (await (await askDemo(CHAT, body)).json()) as {
      choices: [
        {
          message: {
            content: string | null
            tool_calls?: { function: { name: string; arguments: string } }[]
          }
          finish_reason: string
        },
      ]
      usage: { completion_tokens: number }
    }
    const [{ message, finish_reason: finish }] = whole.choices
    const streamed = await chunks(CHAT, body)
    const deltas = streamed.map((chunk) => chunk.choices[0])
    const content = deltas.map((choice) => choice?.delta?.content ?? '').join('')
    const calls = deltas.flatMap((choice) => choice?.delta?.tool_calls ?? [])
    expect(content).toBe(message.content ?? '')
    expect(calls.map((call) => call.function.arguments).join('')).toBe(
      message.tool_calls?.[0]?.function.arguments ?? '',
    )
    expect(calls[0]?.function.name).toBe(message.tool_calls?.[0]?.function.name)
    expect(deltas.at(-1)?.finish_reason).toBe(finish)
    expect(deltas.slice(0, -1).every((choice) => choice?.finish_reason === null)).toBe(true)
  })

  it('says what it is, and what it was told', async () => {
    expect(await (await askDemo(CHAT, say('Hello  you'))).json()).toMatchObject({
      object: 'chat.completion',
      model: 'toy',
      choices: [
        {
          message: {
            content: 'This is the demo toy model of aicc, not a language model. You said: Hello  you',
          },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 16, total_tokens: 19 },
    })
  })

  it('gives the same bytes for the same request', async () => {
    const [a, b, c] = await Promise.all(
      ['x', 'x', 'y'].map(async (text) => (await askDemo(CHAT, say(text))).text()),
    )
    expect(a).toBe(b)
    expect(a).not.toBe(c)
  })

  it('calls a tool when told to', async () => {
    expect(
      await (await askDemo(CHAT, { ...say('hi'), tools: TOOLS, tool_choice: 'required' })).json(),
    ).toMatchObject({
      choices: [
        {
          message: {
            content: null,
            tool_calls: [{ type: 'function', function: { name: 'add', arguments: '{"a":1}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
    })
  })

  it('answers from the tool’s result instead of calling it again', async () => {
    const messages = [
      { role: 'user', content: 'add' },
      { role: 'tool', content: '42' },
    ]
    const answer = await askDemo(CHAT, { messages, tools: TOOLS })
    expect(await answer.text()).toContain('The tool answered: 42')
  })

  it.each([
    { limit: { max_tokens: 4 }, finish: 'length', tokens: 4 },
    { limit: { max_completion_tokens: 2, max_tokens: 9 }, finish: 'length', tokens: 2 },
    { limit: { max_tokens: 1000 }, finish: 'stop', tokens: 15 },
    { limit: { max_tokens: null }, finish: 'stop', tokens: 15 },
  ])('stops at $limit', async ({ limit, finish, tokens }) => {
    expect(await (await askDemo(CHAT, { ...say('hi'), ...limit })).json()).toMatchObject({
      choices: [{ finish_reason: finish }],
      usage: { completion_tokens: tokens },
    })
  })

  it('counts usage in a last chunk of its own when asked to', async () => {
    const streamed = await chunks(CHAT, { ...say('hi'), stream_options: { include_usage: true } })
    expect(streamed.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 15 } })
    expect(streamed.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true)
    expect((await chunks(CHAT, say('hi'))).some((chunk) => 'usage' in chunk)).toBe(false)
  })

  it('paces its tokens', async () => {
    const response = await askDemo(CHAT, { ...say('hi'), stream: true })
    const reader = response.body?.getReader()
    let received = 0
    const pump = async (): Promise<void> => {
      const next = await reader?.read()
      if (next?.done !== false) return
      received += 1
      await pump()
    }
    void pump()
    await vi.advanceTimersByTimeAsync(100)
    expect(received).toBe(6)
    await vi.advanceTimersByTimeAsync(100)
    expect(received).toBe(11)
  })

  it('stops when its reader is gone', async () => {
    const abort = new AbortController()
    const response = await askDemo(CHAT, { ...say('hi'), stream: true }, abort.signal)
    const text = response.text()
    await vi.advanceTimersByTimeAsync(100)
    abort.abort()
    await vi.advanceTimersByTimeAsync(50)
    expect(await text).not.toContain('[DONE]')
    expect(vi.getTimerCount()).toBe(0)
  })
})

it('completes a prompt', async () => {
  const whole = await askDemo('/v1/completions', { prompt: 'once' })
  expect(await whole.json()).toMatchObject({
    object: 'text_completion',
    choices: [{ text: expect.stringContaining('once') as string }],
  })
  const streamed = await chunks('/v1/completions', { prompt: 'once' })
  expect(streamed.map((chunk) => chunk.choices[0]?.text).join('')).toContain('You said: once')
})

describe('embeddings', () => {
  async function embed(body: object): Promise<number[][]> {
    const answer = (await (await askDemo('/v1/embeddings', body)).json()) as {
      data: { embedding: number[]; index: number }[]
    }
    expect(answer.data.map((item) => item.index)).toEqual(answer.data.map((_, i) => i))
    return answer.data.map((item) => item.embedding)
  }

  it.each([
    { name: 'a text', input: 'a', count: 1 },
    { name: 'texts', input: ['a', 'b', 'c'], count: 3 },
    { name: 'tokens', input: [1, 2, 3], count: 1 },
    { name: 'lists of tokens', input: [[1], [2, 3]], count: 2 },
  ])('are unit vectors: $name', async ({ input, count }) => {
    const vectors = await embed({ input })
    expect(vectors).toHaveLength(count)
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1)
  })

  it('are equal for equal texts only', async () => {
    const [a, b, c] = await embed({ input: ['x', 'y', 'x'] })
    expect(a).toEqual(c)
    expect(a).not.toEqual(b)
  })

  it('come as base64 when asked to', async () => {
    const [plain] = await embed({ input: 'x' })
    const answer = await askDemo('/v1/embeddings', { input: 'x', encoding_format: 'base64' })
    const { data } = (await answer.json()) as { data: { embedding: string }[] }
    const bytes = Buffer.from(data[0]?.embedding ?? '', 'base64')
    const floats = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    expect([...floats]).toEqual([...new Float32Array(plain ?? [])])
  })

  it.each([{}, { input: null }])('need an input: %j', async (body) => {
    const answer = await askDemo('/v1/embeddings', body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  })
})
