import type {
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../../../src/errors.ts'
import { toMessagesRequest } from '../../../../../src/protocols/translate/chat-to-messages/to-messages-request.ts'
import { deepFreeze } from '../deep-freeze.ts'
import { call, use } from '../messages-samples.ts'

type Fields = Partial<ChatCompletionCreateParams>

const hi: ChatCompletionMessageParam = { role: 'user', content: 'hi' }
const base = { model: 'm', max_tokens: 16_384, messages: [hi] }
const schema = { type: 'object', properties: { a: { type: 'integer' } } }

/** What a request that says this much more becomes; frozen, so that a change of what is given would throw. */
function translate(fields: Record<string, unknown>) {
  return toMessagesRequest(deepFreeze({ model: 'm', messages: [hi], ...fields }))
}

const image = (url: string) => ({ type: 'image_url' as const, image_url: { url } })

describe('what a request of chat becomes', () => {
  it('is the smallest request for messages, with a bound', () => {
    expect(translate({})).toEqual({ body: base, lost: [] })
  })

  it.each<{ name: string; fields: Fields; messages: Record<string, unknown> }>([
    {
      name: 'the new bound',
      fields: { max_completion_tokens: 5, max_tokens: 6 },
      messages: { max_tokens: 5 },
    },
    {
      name: 'the old bound',
      fields: { max_completion_tokens: null, max_tokens: 6 },
      messages: { max_tokens: 6 },
    },
    {
      name: 'sampling',
      fields: { temperature: 0.5, top_p: 0.9 },
      messages: { temperature: 0.5, top_p: 0.9 },
    },
    { name: 'no sampling', fields: { temperature: null, top_p: null }, messages: {} },
    { name: 'a sequence that ends it', fields: { stop: 'a' }, messages: { stop_sequences: ['a'] } },
    { name: 'such sequences', fields: { stop: ['a', 'b'] }, messages: { stop_sequences: ['a', 'b'] } },
    { name: 'none of them', fields: { stop: null }, messages: {} },
    { name: 'the user', fields: { user: 'u' }, messages: { metadata: { user_id: 'u' } } },
    {
      name: 'the newer name of the user',
      fields: { user: 'u', safety_identifier: 's' },
      messages: { metadata: { user_id: 's' } },
    },
    {
      name: 'streaming',
      fields: { stream: true, stream_options: { include_usage: true } },
      messages: { stream: true },
    },
    {
      name: 'the ordinary tier',
      fields: { service_tier: 'default' },
      messages: { service_tier: 'standard_only' },
    },
    { name: 'any tier', fields: { service_tier: 'auto' }, messages: {} },
    {
      name: 'no thoughts',
      fields: { reasoning_effort: 'none' },
      messages: { thinking: { type: 'disabled' } },
    },
    {
      name: 'effort',
      fields: { reasoning_effort: 'xhigh' },
      messages: { thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } },
    },
    {
      name: 'effort beside sampling, without thoughts',
      fields: { reasoning_effort: 'low', temperature: 0 },
      messages: { temperature: 0, output_config: { effort: 'low' } },
    },
    {
      name: 'a schema of the answer, with effort',
      fields: {
        response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } },
        reasoning_effort: 'high',
      },
      messages: {
        thinking: { type: 'adaptive' },
        output_config: { effort: 'high', format: { type: 'json_schema', schema } },
      },
    },
    { name: 'plain text', fields: { response_format: { type: 'text' }, modalities: ['text'] }, messages: {} },
    {
      name: 'what means nothing',
      fields: {
        n: 1,
        frequency_penalty: 0,
        presence_penalty: 0,
        logprobs: false,
        store: false,
        verbosity: 'medium',
      },
      messages: {},
    },
    {
      name: 'what only caches and predictions are for',
      fields: { prompt_cache_key: 'k', prediction: { type: 'content', content: 'a' } },
      messages: {},
    },
    {
      name: 'no tools',
      fields: { tools: [], tool_choice: 'auto', parallel_tool_calls: false },
      messages: {},
    },
    {
      name: 'tools',
      fields: {
        tools: [
          { type: 'function', function: { name: 'f', description: 'd', parameters: schema, strict: true } },
          { type: 'function', function: { name: 'g', strict: null } },
          { type: 'function', function: { name: 'h', parameters: { properties: {} } } },
        ],
      },
      messages: {
        tools: [
          { name: 'f', description: 'd', input_schema: schema, strict: true },
          { name: 'g', input_schema: { type: 'object', properties: {} } },
          { name: 'h', input_schema: { type: 'object', properties: {} } },
        ],
      },
    },
    {
      name: 'functions, as they were before tools',
      fields: { functions: [{ name: 'f', parameters: schema }], function_call: { name: 'f' } },
      messages: { tools: [{ name: 'f', input_schema: schema }], tool_choice: { type: 'tool', name: 'f' } },
    },
  ])('says $name as messages do', ({ fields, messages }) => {
    expect(translate(fields)).toEqual({ body: { ...base, ...messages }, lost: [] })
  })

  it.each<{ fields: Fields; choice: unknown }>([
    { fields: {}, choice: undefined },
    { fields: { tool_choice: 'auto' }, choice: { type: 'auto' } },
    { fields: { tool_choice: 'none', parallel_tool_calls: false }, choice: { type: 'none' } },
    { fields: { tool_choice: 'required' }, choice: { type: 'any' } },
    {
      fields: { tool_choice: { type: 'function', function: { name: 'f' } } },
      choice: { type: 'tool', name: 'f' },
    },
    { fields: { parallel_tool_calls: false }, choice: { type: 'auto', disable_parallel_tool_use: true } },
    {
      fields: { tool_choice: 'required', parallel_tool_calls: false },
      choice: { type: 'any', disable_parallel_tool_use: true },
    },
    { fields: { parallel_tool_calls: true }, choice: undefined },
  ])('says $fields as messages do', ({ fields, choice }) => {
    const tools = [{ type: 'function', function: { name: 'f' } }]
    expect(translate({ tools, ...fields }).body['tool_choice']).toEqual(choice)
  })

  it('does not ask for thoughts beside a tool that must be used', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }]
    const { body } = translate({ tools, tool_choice: 'required', reasoning_effort: 'high' })
    expect(body).not.toHaveProperty('thinking')
    expect(body['output_config']).toEqual({ effort: 'high' })
  })
})

describe('what is lost is named', () => {
  it.each<{ fields: Record<string, unknown>; lost: string[]; messages?: Record<string, unknown> }>([
    { fields: { seed: 1, frequency_penalty: 0.5 }, lost: ['seed', 'frequency_penalty'] },
    { fields: { logprobs: true, top_logprobs: 2 }, lost: ['logprobs', 'top_logprobs'] },
    { fields: { logit_bias: { 1: 2 }, metadata: { a: 'b' } }, lost: ['logit_bias', 'metadata'] },
    { fields: { temperature: 1.5 }, lost: ['temperature'], messages: { temperature: 1 } },
    { fields: { stop: ['\n', 'a'] }, lost: ['stop'], messages: { stop_sequences: ['a'] } },
    { fields: { stop: ' ' }, lost: ['stop'] },
    { fields: { response_format: { type: 'json_object' } }, lost: ['response_format'] },
    {
      fields: { response_format: { type: 'json_schema', json_schema: { name: 'n' } } },
      lost: ['response_format'],
    },
    { fields: { service_tier: 'flex' }, lost: ['service_tier'] },
    {
      fields: { reasoning_effort: 'minimal' },
      lost: ['reasoning_effort'],
      messages: { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
    },
    { fields: { reasoning_effort: 'some' }, lost: ['reasoning_effort'] },
    { fields: { messages: [{ ...hi, name: 'n' }] }, lost: ['messages[].name'] },
    {
      fields: {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'http://h/i', detail: 'low' } }] },
        ],
      },
      lost: ['messages[].content[].image_url.detail'],
      messages: {
        messages: [
          { role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'http://h/i' } }] },
        ],
      },
    },
    {
      fields: { messages: [hi, { role: 'assistant', content: 'a', reasoning_content: 'hm' }] },
      lost: ['messages[].reasoning_content'],
      messages: { messages: [hi, { role: 'assistant', content: 'a' }] },
    },
    {
      fields: { messages: [hi, { role: 'system', content: 'now' }] },
      lost: ['messages[].role'],
      messages: { system: 'now' },
    },
    {
      fields: { messages: [{ role: 'assistant', tool_calls: [call('x', '{"a":')] }] },
      lost: ['messages[].tool_calls[].function.arguments'],
      messages: { messages: [{ role: 'assistant', content: [use('x', { INVALID_JSON: '{"a":' })] }] },
    },
    {
      fields: { messages: [{ role: 'assistant', tool_calls: [call('x', '[1]')] }] },
      lost: ['messages[].tool_calls[].function.arguments'],
      messages: { messages: [{ role: 'assistant', content: [use('x', { INVALID_JSON: '[1]' })] }] },
    },
  ])('$lost', ({ fields, lost, messages = {} }) => {
    const translated = translate(fields)
    expect(translated.lost).toEqual(lost)
    expect(translated.body).toEqual({ ...base, ...messages })
  })
})

describe('what cannot be translated is refused', () => {
  const said = (part: unknown) => ({ messages: [{ role: 'user', content: [part] }] })
  it.each<{ fields: Record<string, unknown>; code: string; param: string }>([
    { fields: { messages: [] }, code: 'invalid_field', param: 'messages' },
    { fields: { messages: [1] }, code: 'invalid_field', param: 'messages[0]' },
    { fields: { messages: [{ role: 'robot' }] }, code: 'invalid_field', param: 'messages[0].role' },
    {
      fields: { messages: [{ role: 'user', content: 1 }] },
      code: 'invalid_field',
      param: 'messages[0].content',
    },
    { fields: said(1), code: 'invalid_field', param: 'messages[0].content[0]' },
    { fields: said({}), code: 'invalid_field', param: 'messages[0].content[0].type' },
    { fields: said({ type: 'text' }), code: 'invalid_field', param: 'messages[0].content[0].text' },
    { fields: said({ type: 'image_url' }), code: 'invalid_field', param: 'messages[0].content[0].image_url' },
    {
      fields: said({ type: 'image_url', image_url: { url: 'file:///x' } }),
      code: 'not_translatable',
      param: 'messages[0].content[0].image_url',
    },
    { fields: said({ type: 'input_audio' }), code: 'not_translatable', param: 'messages[0].content[0]' },
    {
      fields: said({ type: 'file', file: { file_id: 'f' } }),
      code: 'not_translatable',
      param: 'messages[0].content[0].file',
    },
    {
      fields: { messages: [{ role: 'system', content: [image('https://h/i')] }] },
      code: 'invalid_field',
      param: 'messages[0].content',
    },
    {
      fields: { messages: [{ role: 'assistant', audio: { id: 'a' } }] },
      code: 'not_translatable',
      param: 'messages[0].audio',
    },
    {
      fields: { messages: [{ role: 'assistant', tool_calls: [{ id: 'x' }] }] },
      code: 'invalid_field',
      param: 'messages[0].tool_calls[0].function',
    },
    {
      fields: {
        messages: [
          { role: 'assistant', tool_calls: [{ id: 'x', type: 'custom', custom: { name: 'f', input: '' } }] },
        ],
      },
      code: 'not_translatable',
      param: 'messages[0].tool_calls[0]',
    },
    {
      fields: { messages: [{ role: 'tool', content: '' }] },
      code: 'invalid_field',
      param: 'messages[0].tool_call_id',
    },
    {
      fields: { messages: [{ role: 'function', name: 'f', content: '' }] },
      code: 'invalid_field',
      param: 'messages[0]',
    },
    { fields: { n: 2 }, code: 'not_translatable', param: 'n' },
    { fields: { modalities: ['text', 'audio'] }, code: 'not_translatable', param: 'modalities' },
    { fields: { web_search_options: {} }, code: 'not_translatable', param: 'web_search_options' },
    {
      fields: { tools: [{ type: 'custom', custom: { name: 'f' } }] },
      code: 'not_translatable',
      param: 'tools[0]',
    },
    { fields: { tools: [{ type: 'function' }] }, code: 'invalid_field', param: 'tools[0].function' },
    {
      fields: {
        tools: [{ type: 'function', function: { name: 'f' } }],
        tool_choice: { type: 'allowed_tools' },
      },
      code: 'not_translatable',
      param: 'tool_choice',
    },
  ])('$code for $param', ({ fields, code, param }) => {
    const run = () => toMessagesRequest({ model: 'm', messages: [hi], ...fields })
    expect(run).toThrow(GatewayError)
    expect(run).toThrow(expect.objectContaining({ code, status: 400, options: { param } }))
  })
})
