import type Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { toChatRequest } from '../../../../../src/protocols/translate/messages-to-chat/to-chat-request.ts'
import { hasOpenapi, openapiNote, readOpenapi } from '../../../../openapi-document.ts'
import { deepFreeze } from '../deep-freeze.ts'
import { assistant, call, pdf, pdfPart, png, pngPart, text, use, user } from '../messages-samples.ts'

const hi: Anthropic.MessageParam = { role: 'user', content: 'hi' }

const validate = hasOpenapi ? readOpenapi(['CreateChatCompletionRequest']) : null

function translate(fields: Record<string, unknown>) {
  const translated = toChatRequest(deepFreeze({ model: 'm', max_tokens: 9, ...fields }))
  if (validate !== null) expect(validate('CreateChatCompletionRequest', translated.body)).toBeNull()
  return translated
}

describe(`the turns of a conversation${openapiNote}`, () => {
  it.each<{
    name: string
    given: Anthropic.MessageParam[]
    more?: Pick<Anthropic.MessageCreateParams, 'system'>
    messages: unknown[]
  }>([
    {
      name: 'a system text',
      given: [hi],
      more: { system: 'be' },
      messages: [{ role: 'system', content: 'be' }, hi],
    },
    { name: 'an empty system text', given: [hi], more: { system: '' }, messages: [hi] },
    { name: 'no system blocks', given: [hi], more: { system: [] }, messages: [hi] },
    {
      name: 'one system block, marked for a cache',
      given: [hi],
      more: { system: [{ ...text('be'), cache_control: { type: 'ephemeral' } }] },
      messages: [{ role: 'system', content: 'be' }, hi],
    },
    {
      name: 'several system blocks',
      given: [hi],
      more: { system: [text('be'), text('good')] },
      messages: [{ role: 'system', content: [text('be'), text('good')] }, hi],
    },
    {
      name: 'instructions further down',
      given: [hi, { role: 'system', content: [text('now')] }, hi],
      messages: [hi, { role: 'system', content: 'now' }, hi],
    },
    { name: 'one text block', given: [user(text('hi'))], messages: [hi] },
    {
      name: 'texts and images, in order',
      given: [
        user(text('a'), png, text('b'), { type: 'image', source: { type: 'url', url: 'https://h/i.png' } }),
      ],
      messages: [
        {
          role: 'user',
          content: [
            text('a'),
            pngPart,
            text('b'),
            { type: 'image_url', image_url: { url: 'https://h/i.png' } },
          ],
        },
      ],
    },
    { name: 'a PDF file', given: [user(pdf)], messages: [{ role: 'user', content: [pdfPart] }] },
    {
      name: 'documents of text',
      given: [
        user(
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a' } },
          { type: 'document', source: { type: 'content', content: 'b' } },
          { type: 'document', source: { type: 'content', content: [text('c'), png] } },
        ),
      ],
      messages: [{ role: 'user', content: [text('a'), text('b'), text('c'), pngPart] }],
    },
    {
      name: 'a call of a tool, and its answer',
      given: [assistant(use('x', { a: 1 })), user({ type: 'tool_result', tool_use_id: 'x', content: '2' })],
      messages: [
        { role: 'assistant', content: null, tool_calls: [call('x', '{"a":1}')] },
        { role: 'tool', tool_call_id: 'x', content: '2' },
      ],
    },
    {
      name: 'parallel calls with a text, their answers in blocks, empty and with a word of the user',
      given: [
        assistant(text('look'), use('x', {}), use('y', {})),
        user(
          { type: 'tool_result', tool_use_id: 'x', content: [text('1'), text('2')] },
          { type: 'tool_result', tool_use_id: 'y' },
          text('go on'),
        ),
      ],
      messages: [
        { role: 'assistant', content: 'look', tool_calls: [call('x', '{}'), call('y', '{}')] },
        { role: 'tool', tool_call_id: 'x', content: [text('1'), text('2')] },
        { role: 'tool', tool_call_id: 'y', content: '' },
        { role: 'user', content: 'go on' },
      ],
    },
    {
      name: 'a turn without content',
      given: [hi, assistant(), hi],
      messages: [hi, { role: 'assistant', content: '' }, hi],
    },
  ])('keeps $name', ({ given, more = {}, messages }) => {
    const { body, lost } = translate({ messages: given, ...more })
    expect(body['messages']).toEqual(messages)
    expect(lost).toEqual([])
  })
})
