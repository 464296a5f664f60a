import type Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../../../src/errors.ts'
import { toChatRequest } from '../../../../../src/protocols/translate/messages-to-chat/to-chat-request.ts'
import { hasOpenapi, openapiNote, readOpenapi } from '../../../../openapi-document.ts'
import { deepFreeze } from '../deep-freeze.ts'
import { assistant, call, pdf, pdfPart, png, pngPart, text, use, user } from '../messages-samples.ts'

type Fields = Partial<Anthropic.MessageCreateParams>

const hi: Anthropic.MessageParam = { role: 'user', content: 'hi' }
const validate = hasOpenapi ? readOpenapi(['CreateChatCompletionRequest']) : null

/** What a request that says this much more becomes; frozen, so that a change of what is given would throw. */
function translate(fields: Record<string, unknown>) {
  const { body, lost } = toChatRequest(deepFreeze({ model: 'm', max_tokens: 9, messages: [hi], ...fields }))
  if (validate !== null) expect(validate('CreateChatCompletionRequest', body)).toBeNull()
  return { body, lost }
}

function messagesOf(messages: Anthropic.MessageParam[], more: Fields = {}): unknown {
  return translate({ messages, ...more }).body['messages']
}

const schema = { type: 'object' as const, properties: { a: { type: 'integer' } } }

describe(`what a request for messages becomes${openapiNote}`, () => {
  it('is the smallest request of chat, for the smallest of messages', () => {
    expect(translate({})).toEqual({ body: { model: 'm', max_tokens: 9, messages: [hi] }, lost: [] })
  })

  it.each<{ name: string; fields: Record<string, unknown>; chat: Record<string, unknown> }>([
    { name: 'sampling', fields: { temperature: 0.5, top_p: 0.9 }, chat: { temperature: 0.5, top_p: 0.9 } },
    { name: 'sequences that end it', fields: { stop_sequences: ['a', 'b'] }, chat: { stop: ['a', 'b'] } },
    { name: 'no such sequences', fields: { stop_sequences: [] }, chat: {} },
    { name: 'the user', fields: { metadata: { user_id: 'u' } }, chat: { user: 'u' } },
    { name: 'no user', fields: { metadata: { user_id: null } }, chat: {} },
    {
      name: 'streaming',
      fields: { stream: true },
      chat: { stream: true, stream_options: { include_usage: true } },
    },
    { name: 'no streaming', fields: { stream: false }, chat: {} },
    {
      name: 'the ordinary tier',
      fields: { service_tier: 'standard_only' },
      chat: { service_tier: 'default' },
    },
    { name: 'any tier', fields: { service_tier: 'auto' }, chat: {} },
    { name: 'effort', fields: { output_config: { effort: 'max' } }, chat: { reasoning_effort: 'max' } },
    { name: 'no thoughts', fields: { thinking: { type: 'disabled' } }, chat: { reasoning_effort: 'none' } },
    { name: 'thoughts as the model likes', fields: { thinking: { type: 'adaptive' } }, chat: {} },
    {
      name: 'thoughts with effort',
      fields: { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
      chat: { reasoning_effort: 'low' },
    },
    {
      name: 'a schema of the answer',
      fields: { output_config: { format: { type: 'json_schema', schema } } },
      chat: {
        response_format: { type: 'json_schema', json_schema: { name: 'output', schema, strict: true } },
      },
    },
    { name: 'no tools', fields: { tools: [], tool_choice: { type: 'auto' } }, chat: {} },
    {
      name: 'tools',
      fields: {
        tools: [
          {
            name: 'f',
            description: 'd',
            input_schema: schema,
            strict: true,
            cache_control: { type: 'ephemeral' },
          },
          { type: 'custom', name: 'g', input_schema: schema },
        ],
      },
      chat: {
        tools: [
          { type: 'function', function: { name: 'f', description: 'd', parameters: schema, strict: true } },
          { type: 'function', function: { name: 'g', parameters: schema } },
        ],
      },
    },
  ])('says $name as chat does', ({ fields, chat }) => {
    expect(translate(fields)).toEqual({
      body: { model: 'm', max_tokens: 9, messages: [hi], ...chat },
      lost: [],
    })
  })

  it.each<{ choice: Anthropic.ToolChoice; chat: Record<string, unknown> }>([
    { choice: { type: 'auto' }, chat: { tool_choice: 'auto' } },
    { choice: { type: 'any' }, chat: { tool_choice: 'required' } },
    { choice: { type: 'none' }, chat: { tool_choice: 'none' } },
    {
      choice: { type: 'tool', name: 'f' },
      chat: { tool_choice: { type: 'function', function: { name: 'f' } } },
    },
    {
      choice: { type: 'auto', disable_parallel_tool_use: true },
      chat: { tool_choice: 'auto', parallel_tool_calls: false },
    },
  ])('says $choice as chat does', ({ choice, chat }) => {
    const { tools: _, ...rest } = translate({
      tools: [{ name: 'f', input_schema: schema }],
      tool_choice: choice,
    }).body
    expect(rest).toEqual({ model: 'm', max_tokens: 9, messages: [hi], ...chat })
  })
})

describe('what is lost is named', () => {
  it.each<{ fields: Record<string, unknown>; lost: string[] }>([
    { fields: { top_k: 5 }, lost: ['top_k'] },
    { fields: { top_k: null, context_management: { edits: [] } }, lost: ['context_management'] },
    { fields: { metadata: { user_id: 'u', team: 't' } }, lost: ['metadata.team'] },
    { fields: { thinking: { type: 'between_tools' } }, lost: ['thinking.type'] },
    { fields: { thinking: { type: 'adaptive', display: 'omitted' } }, lost: ['thinking.display'] },
    {
      fields: { thinking: { type: 'disabled' }, output_config: { effort: 'low' } },
      lost: ['output_config.effort'],
    },
    {
      fields: { output_config: { effort: 'some', task_budget: 1 } },
      lost: ['output_config.effort', 'output_config.task_budget'],
    },
    {
      fields: {
        tools: [{ name: 'f', input_schema: schema, input_examples: [{ a: 1 }], defer_loading: true }],
      },
      lost: ['tools[].input_examples', 'tools[].defer_loading'],
    },
    {
      fields: {
        messages: [
          assistant(
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'redacted_thinking', data: 'd' },
            text('a'),
          ),
          hi,
        ],
      },
      lost: ['messages[].content[].thinking', 'messages[].content[].redacted_thinking'],
    },
    {
      fields: { messages: [user({ type: 'tool_result', tool_use_id: 'x', content: 'no', is_error: true })] },
      lost: ['messages[].content[].is_error'],
    },
    { fields: { messages: [hi, { role: 'assistant', content: 'The' }] }, lost: ['messages[].prefill'] },
    {
      fields: { messages: [user({ ...pdf, context: 'c', citations: { enabled: true } })] },
      lost: ['messages[].content[].context', 'messages[].content[].citations'],
    },
    {
      fields: {
        messages: [
          user({
            type: 'document',
            title: 't',
            source: { type: 'text', media_type: 'text/plain', data: 'a' },
          }),
        ],
      },
      lost: ['messages[].content[].title'],
    },
    {
      fields: { messages: [user({ type: 'search_result', source: 's', title: 't', content: [text('a')] })] },
      lost: ['messages[].content[].source', 'messages[].content[].title'],
    },
  ])('$lost', ({ fields, lost }) => {
    expect(translate(fields).lost).toEqual(lost)
  })

  it.each([
    { budget: 1024, effort: 'low' },
    { budget: 4096, effort: 'medium' },
    { budget: 32_000, effort: 'high' },
  ])('a budget of $budget tokens for thoughts, which is $effort effort', ({ budget, effort }) => {
    const { body, lost } = translate({ thinking: { type: 'enabled', budget_tokens: budget } })
    expect(body['reasoning_effort']).toBe(effort)
    expect(lost).toEqual(['thinking.budget_tokens'])
  })

  it('a budget, which counts for nothing beside effort', () => {
    const thinking = { type: 'enabled', budget_tokens: 1024 }
    const { body, lost } = translate({ thinking, output_config: { effort: 'high' } })
    expect(body['reasoning_effort']).toBe('high')
    expect(lost).toEqual(['thinking.budget_tokens'])
  })

  it('images and files that tools answer with, which the user shows right behind, before what they say', () => {
    const results = [
      { type: 'tool_result' as const, tool_use_id: 'x', content: [text('1'), png] },
      { type: 'tool_result' as const, tool_use_id: 'y', content: [pdf] },
    ]
    const { body, lost } = translate({ messages: [user(...results, text('go on'))] })
    expect(body['messages']).toEqual([
      { role: 'tool', tool_call_id: 'x', content: '1' },
      { role: 'tool', tool_call_id: 'y', content: '' },
      { role: 'user', content: [pngPart, pdfPart, text('go on')] },
    ])
    expect(lost).toEqual(['messages[].content[].content[].image', 'messages[].content[].content[].document'])
  })

  it('marks for a cache are not: they change what a request costs, not what it means', () => {
    const cache_control = { type: 'ephemeral' as const }
    const marked = {
      messages: [user({ ...text('a'), cache_control }, { ...png, cache_control })],
      cache_control,
    }
    expect(translate(marked).lost).toEqual([])
  })
})

describe('what cannot be translated is refused', () => {
  it.each<{ fields: Record<string, unknown>; code: string; param: string }>([
    { fields: { max_tokens: undefined }, code: 'invalid_field', param: 'max_tokens' },
    { fields: { max_tokens: 0 }, code: 'not_translatable', param: 'max_tokens' },
    { fields: { messages: [] }, code: 'invalid_field', param: 'messages' },
    { fields: { messages: 'hi' }, code: 'invalid_field', param: 'messages' },
    { fields: { messages: [hi, 'hi'] }, code: 'invalid_field', param: 'messages[1]' },
    {
      fields: { messages: [{ role: 'tool', content: '' }] },
      code: 'invalid_field',
      param: 'messages[0].role',
    },
    {
      fields: { messages: [{ role: 'user', content: [1] }] },
      code: 'invalid_field',
      param: 'messages[0].content',
    },
    {
      fields: { messages: [{ role: 'user', content: [{}] }] },
      code: 'invalid_field',
      param: 'messages[0].content[0].type',
    },
    {
      fields: { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      code: 'invalid_field',
      param: 'messages[0].content[0].text',
    },
    { fields: { system: [png] }, code: 'invalid_field', param: 'system[0]' },
    { fields: { container: 'c' }, code: 'not_translatable', param: 'container' },
    { fields: { mcp_servers: [{}] }, code: 'not_translatable', param: 'mcp_servers' },
    { fields: { inference_geo: 'eu' }, code: 'not_translatable', param: 'inference_geo' },
    {
      fields: { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
      code: 'not_translatable',
      param: 'tools[0].type',
    },
    { fields: { tools: [{ name: 'f' }] }, code: 'invalid_field', param: 'tools[0].input_schema' },
    {
      fields: { tools: [{ name: 'f', input_schema: {} }], tool_choice: 'auto' },
      code: 'invalid_field',
      param: 'tool_choice',
    },
    {
      fields: { messages: [user({ type: 'image', source: { type: 'file', file_id: 'f' } })] },
      code: 'not_translatable',
      param: 'messages[0].content[0].source',
    },
    {
      fields: { messages: [user({ type: 'document', source: { type: 'url', url: 'https://h/a.pdf' } })] },
      code: 'not_translatable',
      param: 'messages[0].content[0].source',
    },
    {
      fields: { messages: [assistant({ type: 'server_tool_use', id: 'x', name: 'web_search', input: {} })] },
      code: 'not_translatable',
      param: 'messages[0].content[0]',
    },
    {
      fields: { messages: [{ role: 'assistant', content: [{ type: 'tool_use', name: 'f' }] }] },
      code: 'invalid_field',
      param: 'messages[0].content[0]',
    },
    {
      fields: { messages: [{ role: 'user', content: [{ type: 'tool_result', content: '' }] }] },
      code: 'invalid_field',
      param: 'messages[0].content[0].tool_use_id',
    },
    {
      fields: {
        messages: [
          user({
            type: 'tool_result',
            tool_use_id: 'x',
            content: [{ type: 'tool_reference', tool_name: 'f' }],
          }),
        ],
      },
      code: 'not_translatable',
      param: 'messages[0].content[0].content[0]',
    },
    {
      fields: { output_config: { format: { type: 'xml' } } },
      code: 'invalid_field',
      param: 'output_config.format',
    },
  ])('$code for $param', ({ fields, code, param }) => {
    const run = () => toChatRequest({ model: 'm', max_tokens: 9, messages: [hi], ...fields })
    expect(run).toThrow(GatewayError)
    expect(run).toThrow(expect.objectContaining({ code, status: 400, options: { param } }))
  })
})

it('takes what Claude Code sends on a second turn', () => {
  expect(
    messagesOf(
      [
        user(text('<reminder>'), { ...text('list files'), cache_control: { type: 'ephemeral' } }),
        assistant(text('Looking.'), use('toolu_1', { path: '.' })),
        user({
          type: 'tool_result',
          tool_use_id: 'toolu_1',
          content: 'a.ts',
          cache_control: { type: 'ephemeral' },
        }),
      ],
      { system: [text('You are'), { ...text('careful'), cache_control: { type: 'ephemeral', ttl: '1h' } }] },
    ),
  ).toEqual([
    { role: 'system', content: [text('You are'), text('careful')] },
    { role: 'user', content: [text('<reminder>'), text('list files')] },
    { role: 'assistant', content: 'Looking.', tool_calls: [call('toolu_1', '{"path":"."}')] },
    { role: 'tool', tool_call_id: 'toolu_1', content: 'a.ts' },
  ])
})
