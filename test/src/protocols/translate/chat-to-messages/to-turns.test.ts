import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import { createLostFields } from '../../../../../src/protocols/translate/lost.ts'
import { toTurns } from '../../../../../src/protocols/translate/chat-to-messages/to-turns.ts'
import { deepFreeze } from '../deep-freeze.ts'
import { call, text, use } from '../messages-samples.ts'

const hi: ChatCompletionMessageParam = { role: 'user', content: 'hi' }
const image = (url: string) => ({ type: 'image_url' as const, image_url: { url } })
const result = (id: string, content?: unknown) => ({
  type: 'tool_result',
  tool_use_id: id,
  ...(content !== undefined && { content }),
})

describe('the messages of a chat', () => {
  it.each<{ name: string; given: ChatCompletionMessageParam[]; system?: unknown; messages: unknown[] }>([
    { name: 'instructions', given: [{ role: 'system', content: 'be' }, hi], system: 'be', messages: [hi] },
    {
      name: 'several instructions',
      given: [
        { role: 'system', content: 'be' },
        { role: 'developer', content: [text('good'), text('')] },
        hi,
      ],
      system: [text('be'), text('good')],
      messages: [hi],
    },
    { name: 'one text part', given: [{ role: 'user', content: [text('hi')] }], messages: [hi] },
    {
      name: 'texts, images and files, in order',
      given: [
        {
          role: 'user',
          content: [
            text('a'),
            image('data:image/png;base64,QUJD'),
            image('https://h/i.png'),
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,QUJD' } },
          ],
        },
      ],
      messages: [
        {
          role: 'user',
          content: [
            text('a'),
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
            { type: 'image', source: { type: 'url', url: 'https://h/i.png' } },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: 'QUJD' },
              title: 'a.pdf',
            },
          ],
        },
      ],
    },
    {
      name: 'turns of one speaker as one',
      given: [
        hi,
        { role: 'user', content: 'there' },
        { role: 'assistant', content: 'a' },
        { role: 'assistant', content: 'b' },
      ],
      messages: [
        { role: 'user', content: [text('hi'), text('there')] },
        { role: 'assistant', content: [text('a'), text('b')] },
      ],
    },
    {
      name: 'what says nothing, by leaving it out',
      given: [
        { role: 'user', content: '' },
        hi,
        { role: 'assistant', content: null },
        { role: 'user', content: [text('')] },
      ],
      messages: [hi],
    },
    {
      name: 'a refusal, which is what the model said',
      given: [
        hi,
        { role: 'assistant', content: null, refusal: 'no' },
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
      ],
      messages: [hi, { role: 'assistant', content: [text('no'), text('no')] }],
    },
    {
      name: 'parallel calls, their answers in one turn before what the user says',
      given: [
        { role: 'assistant', content: 'look', tool_calls: [call('x', '{"a":1}'), call('y', '')] },
        { role: 'tool', tool_call_id: 'x', content: '1' },
        { role: 'tool', tool_call_id: 'y', content: [text('2'), text('3')] },
        hi,
      ],
      messages: [
        { role: 'assistant', content: [text('look'), use('x', { a: 1 }), use('y', {})] },
        { role: 'user', content: [result('x', '1'), result('y', [text('2'), text('3')]), text('hi')] },
      ],
    },
    {
      name: 'answers of tools in front, also where the user spoke between them',
      given: [
        { role: 'assistant', tool_calls: [call('x', '{}'), call('y', '{}')] },
        { role: 'tool', tool_call_id: 'x', content: '1' },
        hi,
        { role: 'tool', tool_call_id: 'y', content: '' },
      ],
      messages: [
        { role: 'assistant', content: [use('x', {}), use('y', {})] },
        { role: 'user', content: [result('x', '1'), result('y'), text('hi')] },
      ],
    },
    {
      name: 'ids that Anthropic would refuse, alike in call and answer',
      given: [
        { role: 'assistant', tool_calls: [call('functions.f:0', '{}')] },
        { role: 'tool', tool_call_id: 'functions.f:0', content: '1' },
      ],
      messages: [
        { role: 'assistant', content: [use('functions_f_0', {})] },
        { role: 'user', content: [result('functions_f_0', '1')] },
      ],
    },
    {
      name: 'calls of functions, as they were before tools',
      given: [
        hi,
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
        { role: 'function', name: 'f', content: '2' },
      ],
      messages: [
        hi,
        { role: 'assistant', content: [use('call_1', { a: 1 })] },
        { role: 'user', content: [result('call_1', '2')] },
      ],
    },
  ])('keeps $name', ({ given, system, messages }) => {
    const lost = createLostFields()
    expect(toTurns(deepFreeze(given), lost)).toEqual({ messages, ...(system !== undefined && { system }) })
    expect(lost.all()).toEqual([])
  })
})
