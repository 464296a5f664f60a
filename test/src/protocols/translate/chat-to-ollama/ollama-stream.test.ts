import { describe, expect, it } from 'vitest'
import { eventData } from '../../../../../src/protocols/sse.ts'
import { createOllamaStream } from '../../../../../src/protocols/translate/chat-to-ollama/ollama-stream.ts'
import { ollamaCompletion } from '../../../../../src/protocols/translate/chat-to-ollama/ollama-completion.ts'
import type { Asked } from '../../../../../src/protocols/translate/translation.ts'

function asked(body: Record<string, unknown> = {}): Asked {
  return { body, model: 'fast', id: 'abc', createdAt: 1 }
}

const HEAD = { model: 'llama3.2', created_at: '2026-08-21T10:00:00Z' }
const END = { done: true, done_reason: 'stop', total_duration: 5, prompt_eval_count: 7, eval_count: 2 }
const CALL = { function: { name: 'look', arguments: { at: 1 } } }

function says(message: object, more: object = {}): object {
  return { ...HEAD, message: { role: 'assistant', content: '', ...message }, done: false, ...more }
}

/** What the client is told: the choices' deltas in order, and how it ended. */
function told(events: readonly object[], body: Record<string, unknown> = {}): Record<string, unknown>[] {
  const stream = createOllamaStream(asked(body))
  const text =
    events.map((event) => stream.push({ name: null, data: JSON.stringify(event) })).join('') + stream.end()
  const data = eventData(text)
  expect(data.at(-1)).toBe('[DONE]')
  expect(data.filter((one) => one === '[DONE]')).toHaveLength(1)
  return data.slice(0, -1).map((one) => JSON.parse(one) as Record<string, unknown>)
}

function deltas(chunks: readonly Record<string, unknown>[]): unknown[] {
  return chunks.flatMap(({ choices }) => (choices as { delta: object }[]).map(({ delta }) => delta))
}

function finishOf(chunks: readonly Record<string, unknown>[]): unknown {
  return chunks.flatMap(({ choices }) => choices as { finish_reason: unknown }[]).at(-1)?.finish_reason
}

describe('a stream', () => {
  it('is told in chunks of chat', () => {
    const chunks = told([
      says({ thinking: 'hm' }),
      says({ content: 'Hel' }),
      says({ content: 'lo' }),
      says({}, END),
    ])
    expect(chunks[0]).toEqual({
      id: 'chatcmpl-abc',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'llama3.2',
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
    })
    expect(deltas(chunks).slice(1)).toEqual([
      { reasoning_content: 'hm' },
      { content: 'Hel' },
      { content: 'lo' },
      {},
    ])
    expect(finishOf(chunks)).toBe('stop')
  })

  it('tells what was used to who asked for it', () => {
    const chunks = told([says({ content: 'x' }), says({}, END)], { stream_options: { include_usage: true } })
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    })
    expect(told([says({ content: 'x' }), says({}, END)]).every((chunk) => !('usage' in chunk))).toBe(true)
  })

  it.each([
    { body: {}, delta: 'tool_calls', finish: 'tool_calls' },
    { body: { functions: [] }, delta: 'function_call', finish: 'function_call' },
  ])('tells of calls in order: $delta', ({ body, delta, finish }) => {
    const own = { id: 'c9', ...CALL }
    const chunks = told(
      [says({ tool_calls: [CALL, own] }), says({ tool_calls: [CALL] }), says({}, END)],
      body,
    )
    const calls = deltas(chunks).slice(1, -1)
    const of = { name: 'look', arguments: '{"at":1}' }
    expect(calls).toEqual(
      delta === 'function_call'
        ? [{ function_call: of }, { function_call: of }, { function_call: of }]
        : ['call_abc_0', 'c9', 'call_abc_2'].map((id, index) => ({
            tool_calls: [{ index, id, type: 'function', function: of }],
          })),
    )
    expect(finishOf(chunks)).toBe(finish)
  })

  it('tells of an end by length, and says nothing behind it', () => {
    const chunks = told([
      says({ content: 'x' }),
      says({}, { ...END, done_reason: 'length' }),
      says({ content: 'y' }),
    ])
    expect(finishOf(chunks)).toBe('length')
    expect(deltas(chunks)).not.toContainEqual({ content: 'y' })
  })

  it('ends by itself where the backend said nothing at all', () => {
    expect(finishOf(told([]))).toBe('stop')
  })

  it.each(['[', '[]', '{"message":{"tool_calls":[{}]},"done":false}'])('makes no sense: %s', (data) => {
    expect(() => createOllamaStream(asked()).push({ name: null, data })).toThrow(TypeError)
  })
})

describe('a whole answer', () => {
  it('is told as a stream would be', () => {
    const logprobs = [{ token: 'x', logprob: -1 }]
    const answer = ollamaCompletion(
      says({ content: 'Hello', thinking: 'hm' }, { ...END, logprobs }) as Record<string, unknown>,
      asked(),
    )
    expect(answer).toEqual({
      id: 'chatcmpl-abc',
      object: 'chat.completion',
      created: 1,
      model: 'llama3.2',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello', refusal: null, reasoning_content: 'hm' },
          logprobs: { content: logprobs, refusal: null },
          finish_reason: 'stop',
        },
      ],
      usage: expect.objectContaining({ prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 }) as object,
    })
  })

  it('has calls in place of text', () => {
    const { choices } = ollamaCompletion(
      says({ tool_calls: [CALL] }, END) as Record<string, unknown>,
      asked(),
    ) as { choices: { message: object; finish_reason: string }[] }
    expect(choices[0]).toMatchObject({
      message: {
        content: null,
        tool_calls: [
          { id: 'call_abc_0', type: 'function', function: { name: 'look', arguments: '{"at":1}' } },
        ],
      },
      finish_reason: 'tool_calls',
    })
  })

  it.each([{}, { message: 'x' }, { message: { tool_calls: [{ function: {} }] } }])(
    'makes no sense: %j',
    (answer) => {
      expect(() => ollamaCompletion(answer, asked())).toThrow(TypeError)
    },
  )
})
