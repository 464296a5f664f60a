import { describe, expect, it } from 'vitest'
import { toCompletion } from '../../../../../src/protocols/translate/chat-to-messages/to-completion.ts'
import { hasOpenapi, openapiNote, readOpenapi } from '../../../../openapi-document.ts'
import { deepFreeze } from '../deep-freeze.ts'
import { ASKED } from '../translate-trace.ts'

type Fields = Record<string, unknown>

const RESPONSE = 'CreateChatCompletionResponse'
const validate = hasOpenapi ? readOpenapi([RESPONSE]) : null

/** A message with this content, and more of its fields. */
function translate(content: unknown[], more: Fields = {}, body: Fields = {}): Fields {
  const answer = {
    id: 'i',
    model: 'w',
    content,
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 2 },
    ...more,
  }
  const completion = toCompletion(deepFreeze(answer), { ...ASKED, body })
  if (validate !== null) expect(validate(RESPONSE, completion)).toBeNull()
  return completion
}

const text = (said: string) => ({ type: 'text', text: said })
const use = (id: string, input?: unknown) => ({ type: 'tool_use', id, name: 'f', input })
const call = (id: string, args: string) => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: args },
})

describe(`a message as a chat answer${openapiNote}`, () => {
  it('has all that the message has', () => {
    const content = [{ type: 'thinking', thinking: 'hm', signature: 's' }, text('hello'), use('x', { a: 1 })]
    const usage = {
      input_tokens: 5,
      cache_read_input_tokens: 3,
      cache_creation_input_tokens: 2,
      output_tokens: 4,
      output_tokens_details: { thinking_tokens: 1 },
    }
    expect(translate(content, { stop_reason: 'tool_use', usage })).toEqual({
      id: 'i',
      object: 'chat.completion',
      created: ASKED.createdAt,
      model: 'w',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'hello',
            refusal: null,
            reasoning_content: 'hm',
            tool_calls: [call('x', '{"a":1}')],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 4,
        total_tokens: 14,
        prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
    })
  })

  it.each<{ name: string; content: unknown[]; message: Fields }>([
    { name: 'nothing', content: [], message: { content: '' } },
    { name: 'texts, joined as they stand', content: [text('a '), text('b')], message: { content: 'a b' } },
    {
      name: 'calls alone',
      content: [use('x', {}), use('y')],
      message: { content: null, tool_calls: [call('x', '{}'), call('y', '{}')] },
    },
    {
      name: 'nothing of what tools of the vendor did',
      content: [
        { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
        { type: 'redacted_thinking', data: 'd' },
        text('a'),
      ],
      message: { content: 'a' },
    },
  ])('tells $name', ({ content, message }) => {
    expect(translate(content)['choices']).toEqual([
      {
        index: 0,
        message: { role: 'assistant', refusal: null, ...message },
        logprobs: null,
        finish_reason: 'stop',
      },
    ])
  })

  it('speaks of a function to a client that knows no tools', () => {
    const body = { functions: [{ name: 'f' }] }
    expect(translate([use('x', { a: 1 })], { stop_reason: 'tool_use' }, body)['choices']).toMatchObject([
      { message: { function_call: { name: 'f', arguments: '{"a":1}' } }, finish_reason: 'function_call' },
    ])
  })

  it('says why the model would not answer', () => {
    const refused = {
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', category: null, explanation: 'no' },
    }
    expect(translate([], refused)['choices']).toMatchObject([
      { message: { refusal: 'no' }, finish_reason: 'content_filter' },
    ])
  })

  it('has names and figures also where the server gives none', () => {
    expect(toCompletion({ content: [text('a')] }, ASKED)).toMatchObject({
      id: 'chatcmpl-req',
      model: 'asked',
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    })
  })
})

describe('messages that make no sense', () => {
  it.each<{ name: string; answer: Fields }>([
    { name: 'no content', answer: {} },
    { name: 'content that is no list', answer: { content: 'a' } },
    { name: 'a block that is none', answer: { content: ['a'] } },
    { name: 'a call without an id', answer: { content: [{ type: 'tool_use', name: 'f', input: {} }] } },
  ])('$name: a TypeError', ({ answer }) => {
    expect(() => toCompletion(answer, ASKED)).toThrow(TypeError)
  })
})
