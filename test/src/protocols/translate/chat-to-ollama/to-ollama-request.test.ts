import { describe, expect, it } from 'vitest'
import { toOllamaRequest } from '../../../../../src/protocols/translate/chat-to-ollama/to-ollama-request.ts'
import { GatewayError } from '../../../../../src/errors.ts'
import { deepFreeze } from '../deep-freeze.ts'

const SAID = [{ role: 'user', content: 'hi' }]
const TOOL = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } }
const PNG = 'data:image/png;base64,iVBORw0KGgo='

interface Case {
  name: string
  body: Record<string, unknown>
  becomes: Record<string, unknown>
  lost?: string[]
}

const PLAIN = { model: 'm', messages: SAID, stream: false }

describe('what a request for chat becomes', () => {
  it.each<Case>([
    { name: 'a plain one', body: {}, becomes: PLAIN },
    {
      name: 'a stream',
      body: { stream: true, stream_options: { include_usage: true } },
      becomes: { ...PLAIN, stream: true },
    },
    {
      name: 'parameters',
      body: {
        temperature: 0,
        top_p: 0.5,
        top_k: 9,
        min_p: 0.1,
        seed: 1,
        presence_penalty: 1,
        frequency_penalty: -1,
        stop: 'x',
      },
      becomes: {
        ...PLAIN,
        options: {
          temperature: 0,
          top_p: 0.5,
          top_k: 9,
          min_p: 0.1,
          seed: 1,
          presence_penalty: 1,
          frequency_penalty: -1,
          stop: ['x'],
        },
      },
    },
    { name: 'a limit', body: { max_tokens: 5 }, becomes: { ...PLAIN, options: { num_predict: 5 } } },
    {
      name: 'the newer limit before the older',
      body: { max_tokens: 5, max_completion_tokens: 9 },
      becomes: { ...PLAIN, options: { num_predict: 9 } },
    },
    { name: 'tools', body: { tools: [TOOL], tool_choice: 'auto' }, becomes: { ...PLAIN, tools: [TOOL] } },
    { name: 'tools that are not to be used', body: { tools: [TOOL], tool_choice: 'none' }, becomes: PLAIN },
    {
      name: 'tools of which one must be used',
      body: { tools: [TOOL], tool_choice: 'required', parallel_tool_calls: false },
      becomes: { ...PLAIN, tools: [TOOL] },
      lost: ['tool_choice', 'parallel_tool_calls'],
    },
    {
      name: 'functions',
      body: { functions: [TOOL.function], function_call: 'auto' },
      becomes: { ...PLAIN, tools: [TOOL] },
    },
    {
      name: 'JSON',
      body: { response_format: { type: 'json_object' } },
      becomes: { ...PLAIN, format: 'json' },
    },
    {
      name: 'a schema',
      body: {
        response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
      },
      becomes: { ...PLAIN, format: { type: 'object' } },
    },
    { name: 'plain text', body: { response_format: { type: 'text' } }, becomes: PLAIN },
    { name: 'no thoughts', body: { reasoning_effort: 'none' }, becomes: { ...PLAIN, think: false } },
    { name: 'thoughts', body: { reasoning_effort: 'medium' }, becomes: { ...PLAIN, think: 'medium' } },
    {
      name: 'thoughts that it has no word for',
      body: { reasoning_effort: 'xhigh' },
      becomes: { ...PLAIN, think: 'high' },
      lost: ['reasoning_effort'],
    },
    {
      name: 'probabilities',
      body: { logprobs: true, top_logprobs: 2 },
      becomes: { ...PLAIN, logprobs: true, top_logprobs: 2 },
    },
    {
      name: 'what it has no place for',
      body: { logit_bias: { 1: 2 }, store: true, metadata: { a: 'b' }, verbosity: 'medium', user: 'u', n: 1 },
      becomes: PLAIN,
      lost: ['logit_bias', 'store', 'metadata'],
    },
  ])('$name', ({ body, becomes, lost = [] }) => {
    const asked = deepFreeze({ model: 'm', messages: SAID, ...body })
    expect(toOllamaRequest(asked)).toEqual({ body: becomes, lost })
  })

  it.each<{
    name: string
    message: Record<string, unknown>
    becomes: Record<string, unknown>
    lost?: string[]
  }>([
    {
      name: 'an image',
      message: {
        role: 'user',
        content: [
          { type: 'text', text: 'what' },
          { type: 'image_url', image_url: { url: PNG, detail: 'high' } },
          { type: 'text', text: 'is it?' },
        ],
      },
      becomes: { role: 'user', content: 'what\n\nis it?', images: ['iVBORw0KGgo='] },
      lost: ['messages[].content[].image_url.detail'],
    },
    {
      name: 'instructions of a developer',
      message: { role: 'developer', content: 'be brief', name: 'x' },
      becomes: { role: 'system', content: 'be brief' },
      lost: ['messages[].name'],
    },
    {
      name: 'what the model thought',
      message: { role: 'assistant', content: 'yes', reasoning_content: 'hm' },
      becomes: { role: 'assistant', content: 'yes', thinking: 'hm' },
    },
    {
      name: 'what the model refused',
      message: { role: 'assistant', content: null, refusal: 'no' },
      becomes: { role: 'assistant', content: 'no' },
    },
    {
      name: 'a call of a tool',
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }],
      },
      becomes: {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c1', function: { name: 'look', arguments: { at: 1 } } }],
      },
    },
    {
      name: 'a call whose arguments are no JSON',
      message: {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{at' } }],
      },
      becomes: {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c1', function: { name: 'look', arguments: { INVALID_JSON: '{at' } } }],
      },
      lost: ['messages[].tool_calls[].function.arguments'],
    },
  ])('$name', ({ message, becomes, lost = [] }) => {
    const { body, lost: named } = toOllamaRequest(deepFreeze({ model: 'm', messages: [message] }))
    expect(body['messages']).toEqual([becomes])
    expect(named).toEqual(lost)
  })

  it('says which tool an answer of a tool is of', () => {
    const messages = [
      {
        role: 'assistant',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'look', arguments: '' } },
          { id: 'c2', type: 'function', function: { name: 'hear', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'a bird' }] },
      { role: 'tool', tool_call_id: 'c1', content: 'a tree' },
    ]
    const { body } = toOllamaRequest({ model: 'm', messages })
    expect(body['messages']).toEqual([
      expect.objectContaining({ role: 'assistant' }),
      { role: 'tool', content: 'a bird', tool_name: 'hear', tool_call_id: 'c2' },
      { role: 'tool', content: 'a tree', tool_name: 'look', tool_call_id: 'c1' },
    ])
  })

  it.each<{ body: Record<string, unknown>; code: string; param: string }>([
    { body: { n: 2 }, code: 'not_translatable', param: 'n' },
    { body: { modalities: ['audio'] }, code: 'not_translatable', param: 'modalities' },
    { body: { web_search_options: {} }, code: 'not_translatable', param: 'web_search_options' },
    { body: { tools: [{ type: 'custom', custom: {} }] }, code: 'not_translatable', param: 'tools[0]' },
    { body: { tools: 'x' }, code: 'invalid_field', param: 'tools' },
    { body: { messages: [] }, code: 'invalid_field', param: 'messages' },
    { body: { messages: ['x'] }, code: 'invalid_field', param: 'messages[0]' },
    { body: { messages: [{ role: 'x' }] }, code: 'invalid_field', param: 'messages[0].role' },
    {
      body: {
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x/y.png' } }] }],
      },
      code: 'not_translatable',
      param: 'messages[0].content[0].image_url',
    },
    {
      body: { messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] },
      code: 'not_translatable',
      param: 'messages[0].content[0]',
    },
    {
      body: { messages: [{ role: 'user', content: [{ type: 'text', text: 1 }] }] },
      code: 'invalid_field',
      param: 'messages[0].content[0].text',
    },
  ])('refuses $body', ({ body, code, param }) => {
    let refusal: unknown
    try {
      toOllamaRequest({ model: 'm', messages: SAID, ...body })
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(GatewayError)
    expect(refusal).toMatchObject({ code, options: { param } })
  })
})
