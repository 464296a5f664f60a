import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../../../src/errors.ts'
import { chatRequest } from '../../../../../src/protocols/translate/responses-to-chat/chat-request.ts'
import { errorOf } from '../../../error-of.ts'
import { ADD, CALL, HI, REQUESTS, user } from './request-cases.ts'

describe('chatRequest', () => {
  it.each(REQUESTS)('says $name', ({ body, chat = {}, messages = HI, lost = [] }) => {
    const asked = { model: 'm', input: 'hi', ...body }
    const before = structuredClone(asked)
    expect(chatRequest(asked)).toEqual({ body: { model: 'm', messages, ...chat }, lost })
    expect(asked).toEqual(before)
  })

  it.each([
    { body: { previous_response_id: 'resp_1' }, param: 'previous_response_id' },
    { body: { conversation: 'conv_1' }, param: 'conversation' },
    { body: { prompt: { id: 'p' } }, param: 'prompt' },
    { body: { background: true }, param: 'background' },
    { body: { input: [{ type: 'item_reference', id: 'm' }] }, param: 'input[0]' },
    { body: { input: [{ id: 'm' }] }, param: 'input[0]' },
    { body: { input: [CALL, { type: 'computer_call' }] }, param: 'input[1]' },
    { body: { input: [user({ type: 'input_image', file_id: 'f' })] }, param: 'input[0].content[0].file_id' },
    {
      body: { input: [user({ type: 'input_file', file_url: 'https://a' })] },
      param: 'input[0].content[0].file_url',
    },
    { body: { input: [user({ type: 'video' })] }, param: 'input[0].content[0]' },
    { body: { tools: [ADD, { type: 'web_search' }] }, param: 'tools[1]' },
    { body: { tools: [{ type: 'custom', name: 'patch' }] }, param: 'tools[0]' },
    { body: { tools: [ADD], tool_choice: { type: 'file_search' } }, param: 'tool_choice' },
    { body: { tools: [ADD], tool_choice: 'some' }, param: 'tool_choice' },
  ])('refuses $param, which chat cannot say', ({ body, param }) => {
    const error = errorOf(() => chatRequest({ model: 'm', input: 'hi', ...body }))
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ code: 'not_translatable', status: 400, options: { param } })
  })

  it.each([
    { body: { input: undefined }, param: 'input' },
    { body: { input: [] }, param: 'input' },
    { body: { input: ['hi'] }, param: 'input[0]' },
    { body: { input: [{ role: 'robot', content: 'a' }] }, param: 'input[0].role' },
    { body: { input: [{ role: 'user' }] }, param: 'input[0].content' },
    { body: { input: [{ role: 'user', content: [1] }] }, param: 'input[0].content[0]' },
    { body: { input: [user({ type: 'input_text' })] }, param: 'input[0].content[0].text' },
    { body: { input: [{ ...CALL, arguments: {} }] }, param: 'input[0].arguments' },
    { body: { input: [{ type: 'function_call_output', output: '1' }] }, param: 'input[0].call_id' },
    { body: { instructions: ['a'] }, param: 'instructions' },
    { body: { tools: {} }, param: 'tools' },
    { body: { tools: [1] }, param: 'tools[0]' },
    { body: { tools: [{ type: 'function' }] }, param: 'tools[0].name' },
    { body: { tool_choice: 'required' }, param: 'tool_choice' },
    { body: { text: 'json' }, param: 'text' },
    { body: { reasoning: 'low' }, param: 'reasoning' },
  ])('refuses $param, which makes no sense', ({ body, param }) => {
    const error = errorOf(() => chatRequest({ model: 'm', input: 'hi', ...body }))
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ code: 'invalid_field', status: 400, options: { param } })
  })
})
