import { describe, expect, it } from 'vitest'
import { toMessage } from '../../../../../src/protocols/translate/messages-to-chat/to-message.ts'
import { chatAnswer } from '../chat-trace.ts'
import { deepFreeze } from '../deep-freeze.ts'
import { ASKED } from '../translate-trace.ts'

type Fields = Record<string, unknown>

/** An answer whose message says this, and whose choice this. */
function translate(message: Fields, choice: Fields = {}, body: Fields = {}): Fields {
  const answer = { id: 'c', model: 'w', choices: [{ index: 0, message, finish_reason: 'stop', ...choice }] }
  return toMessage(deepFreeze(answer), { ...ASKED, body })
}

const call = (id: unknown, args: unknown) => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: args },
})
const use = (id: string, input: unknown) => ({ type: 'tool_use', id, name: 'f', input })

describe('a chat answer as a message', () => {
  it('has all that the answer has', () => {
    const said = {
      reasoning: 'hm',
      text: 'hello',
      calls: [{ id: 'x', name: 'f', input: { a: 1 } }],
      end: 'tools' as const,
      input: 7,
      cached: 3,
      output: 4,
    }
    expect(toMessage(deepFreeze(chatAnswer(said)), ASKED)).toEqual({
      id: 'chatcmpl-1',
      type: 'message',
      role: 'assistant',
      model: 'wire',
      content: [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'text', text: 'hello' },
        use('x', { a: 1 }),
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      stop_details: null,
      usage: {
        input_tokens: 7,
        cache_read_input_tokens: 3,
        cache_creation_input_tokens: 0,
        output_tokens: 4,
      },
    })
  })

  it.each<{ name: string; message: Fields; choice?: Fields; content: unknown[] }>([
    { name: 'nothing', message: { content: null }, content: [] },
    {
      name: 'text in parts',
      message: { content: [{ type: 'text', text: 'a' }] },
      content: [{ type: 'text', text: 'a' }],
    },
    {
      name: 'thoughts by their other name',
      message: { content: 'a', reasoning: 'hm' },
      content: [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'text', text: 'a' },
      ],
    },
    {
      name: 'arguments that are none',
      message: { tool_calls: [call('x', ''), call('y', null)] },
      content: [use('x', {}), use('y', {})],
    },
    {
      name: 'arguments that are an object',
      message: { tool_calls: [call('x', { a: 1 })] },
      content: [use('x', { a: 1 })],
    },
    {
      name: 'calls without ids',
      message: { tool_calls: [call(undefined, '{}'), call('', '{}')] },
      content: [use('toolu_req_0', {}), use('toolu_req_1', {})],
    },
    {
      name: 'a function, as it was before tools',
      message: { content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
      content: [use('toolu_req_0', { a: 1 })],
    },
    {
      name: 'arguments that were cut off',
      message: { tool_calls: [call('x', '{"a":')] },
      choice: { finish_reason: 'length' },
      content: [use('x', {})],
    },
  ])('tells $name', ({ message, choice = {}, content }) => {
    expect(translate(message, choice)['content']).toEqual(content)
  })

  it.each<{ name: string; message?: Fields; choice: Fields; body?: Fields; stop: Fields }>([
    { name: 'an ordinary end', choice: {}, stop: { stop_reason: 'end_turn' } },
    { name: 'no reason at all', choice: { finish_reason: null }, stop: { stop_reason: 'end_turn' } },
    { name: 'the bound', choice: { finish_reason: 'length' }, stop: { stop_reason: 'max_tokens' } },
    {
      name: 'calls, where the server says it stopped',
      message: { tool_calls: [call('x', '{}')] },
      choice: {},
      stop: { stop_reason: 'tool_use' },
    },
    {
      name: 'a filter',
      choice: { finish_reason: 'content_filter' },
      stop: { stop_reason: 'refusal', stop_details: { type: 'refusal', category: null, explanation: null } },
    },
    {
      name: 'a refusal',
      message: { content: null, refusal: 'no' },
      choice: {},
      stop: { stop_reason: 'refusal', stop_details: { type: 'refusal', category: null, explanation: 'no' } },
    },
    {
      name: 'a sequence of the client',
      choice: { stop_reason: 'END' },
      body: { stop_sequences: ['END'] },
      stop: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
    },
    { name: 'a token of the server', choice: { stop_reason: 128009 }, stop: { stop_reason: 'end_turn' } },
  ])('ends with $name', ({ message = { content: 'a' }, choice, body = {}, stop }) => {
    expect(translate(message, choice, body)).toMatchObject({
      stop_sequence: null,
      stop_details: null,
      ...stop,
    })
  })

  it('has names and figures also where the server gives none', () => {
    expect(toMessage({ choices: [{ message: { content: 'a' } }] }, ASKED)).toMatchObject({
      id: 'msg_req',
      model: 'asked',
      usage: { input_tokens: 0, output_tokens: 0 },
    })
  })
})

describe('answers that make no sense', () => {
  const choices = (message: unknown) => ({ choices: [{ message }] })
  it.each<{ name: string; answer: Fields }>([
    { name: 'no choices', answer: {} },
    { name: 'an empty list of them', answer: { choices: [] } },
    { name: 'no message', answer: choices(null) },
    { name: 'a call that is none', answer: choices({ tool_calls: ['f'] }) },
    {
      name: 'a call without a name',
      answer: choices({ tool_calls: [{ id: 'x', function: { arguments: '{}' } }] }),
    },
    { name: 'arguments that are no JSON', answer: choices({ tool_calls: [call('x', '{"a":')] }) },
    { name: 'arguments that are a list', answer: choices({ tool_calls: [call('x', '[1]')] }) },
  ])('$name: a TypeError', ({ answer }) => {
    expect(() => toMessage(answer, ASKED)).toThrow(TypeError)
  })
})
