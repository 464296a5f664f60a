import { describe, expect, it } from 'vitest'
import { saidInAnswer, saidInRequest, type SaidPart } from '../../../src/protocols/said-parts.ts'
import type { Surface } from '../../../src/table/route-table.ts'

/** `role: content`, names of calls with `()`, one line for each part, messages apart by a number. */
const told = (parts: readonly SaidPart[]): string[] =>
  parts.map(({ message, role, as, text, isCut }) => {
    const shown = { content: text, name: `${text}()`, arguments: `(${text})` }[as]
    return `${message} ${role}: ${shown}${isCut ? ', cut' : ''}`
  })

const CALL = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"for":"it"}' } }

describe('saidInRequest', () => {
  it.each<{ name: string; surface?: Surface; body: object; said: string[] }>([
    {
      name: 'turns of chat, with a call and what the tool answered',
      body: {
        tools: [{ function: { name: 'look', description: 'not said' } }],
        user: 'not said',
        metadata: { session: 'not said' },
        messages: [
          { role: 'developer', content: 'be brief', name: 'not said' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a' },
              { type: 'text', text: 'b' },
            ],
          },
          { role: 'assistant', content: null, tool_calls: [CALL] },
          { role: 'tool', tool_call_id: 'call_1', content: 'found' },
        ],
      },
      said: [
        '0 system: be brief',
        '1 user: a',
        '1 user: b',
        '2 assistant: look()',
        '2 assistant: ({"for":"it"})',
        '3 tool: found',
      ],
    },
    {
      name: 'what is no text, by its kind alone',
      body: {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: 'https://not.said/x.png' } },
              { type: 'input_audio', input_audio: { data: 'bm90IHNhaWQ=', format: 'wav' } },
              { type: 'file', file: { filename: 'not-said.pdf', file_data: 'x' } },
              { type: 'of-tomorrow', what: 'not said' },
            ],
          },
          { role: 'user', content: 'data:image/png;base64,AAAA' },
        ],
      },
      said: [
        '0 user: [an image, not kept]',
        '0 user: [sound, not kept]',
        '0 user: [a file, not kept]',
        '0 user: [something that is no text, not kept]',
        '1 user: [a file, not kept]',
      ],
    },
    {
      name: 'a role that no protocol has',
      body: { messages: [{ role: 'sk-not-said', content: 'hi' }] },
      said: ['0 other: hi'],
    },
    {
      name: "Anthropic's blocks: what a tool answered is a tool's",
      surface: 'messages',
      body: {
        system: [{ type: 'text', text: 'be brief' }],
        messages: [
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'hm', signature: 'not said' },
              { type: 'tool_use', id: 't1', name: 'look', input: { for: 7 } },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'found' }] },
              { type: 'text', text: 'so?' },
            ],
          },
        ],
      },
      said: [
        '0 system: be brief',
        '1 assistant: hm',
        '1 assistant: look()',
        '1 assistant: ({"for":7})',
        '3 tool: found',
        '4 user: so?',
      ],
    },
    {
      name: 'items of responses',
      surface: 'responses',
      body: {
        instructions: 'be brief',
        input: [
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
          {
            type: 'reasoning',
            summary: [{ type: 'summary_text', text: 'hm' }],
            encrypted_content: 'not said',
          },
          { type: 'function_call', call_id: 'c', name: 'look', arguments: '{}' },
          { type: 'function_call_output', call_id: 'c', output: 'found' },
        ],
      },
      said: [
        '0 system: be brief',
        '1 user: hi',
        '2 assistant: hm',
        '3 assistant: look()',
        '3 assistant: ({})',
        '4 tool: found',
      ],
    },
    { name: 'an input that is one text', surface: 'responses', body: { input: 'hi' }, said: ['0 user: hi'] },
    {
      name: 'prompts',
      surface: 'completions',
      body: { prompt: ['a', 'b'], suffix: 'z' },
      said: ['0 user: a', '0 user: b', '1 user: z'],
    },
    {
      name: 'numbers of tokens',
      surface: 'embeddings',
      body: { input: [[1, 2], [3]] },
      said: ['0 user: [text as numbers of tokens, not kept]'],
    },
    { name: 'no turns at all', body: { messages: 'what?' }, said: [] },
  ])('takes $name', ({ surface = 'chat', body, said }) => {
    expect(told(saidInRequest(body as Record<string, unknown>, surface))).toEqual(said)
  })

  it('leads to where it stands, as detectors need it to read neighbours together', () => {
    const messages = [{ role: 'user', content: ['a', { type: 'text', text: 'b' }] }]
    expect(saidInRequest({ messages }, 'chat').map(({ path }) => path)).toEqual([
      ['messages', 0, 'content', 0],
      ['messages', 0, 'content', 1, 'text'],
    ])
  })
})

describe('saidInAnswer', () => {
  it.each<{ name: string; answer: object; said: string[] }>([
    {
      name: 'choices of chat',
      answer: {
        id: 'not said',
        choices: [
          { message: { role: 'assistant', reasoning_content: 'hm', content: 'hi', tool_calls: [CALL] } },
          { message: { content: null, refusal: 'no' } },
        ],
      },
      said: [
        '0 assistant: hm',
        '0 assistant: hi',
        '0 assistant: look()',
        '0 assistant: ({"for":"it"})',
        '1 assistant: no',
      ],
    },
    { name: 'choices of completions', answer: { choices: [{ text: 'hi' }] }, said: ['0 assistant: hi'] },
    {
      name: "Anthropic's content",
      answer: { content: [{ type: 'text', text: 'hi' }] },
      said: ['0 assistant: hi'],
    },
    {
      name: 'output of responses',
      answer: {
        output: [
          { type: 'message', content: [{ type: 'output_text', text: 'hi' }] },
          { type: 'function_call', name: 'look', arguments: '{}' },
        ],
      },
      said: ['0 assistant: hi', '1 assistant: look()', '1 assistant: ({})'],
    },
    {
      name: "Ollama's message",
      answer: {
        done: true,
        message: {
          content: 'hi',
          thinking: 'hm',
          tool_calls: [{ function: { name: 'look', arguments: { a: 1 } } }],
        },
      },
      said: ['0 assistant: hm', '0 assistant: hi', '0 assistant: look()', '0 assistant: ({"a":1})'],
    },
    {
      name: 'that it ran out of room',
      answer: {
        choices: [{ message: { content: 'hi' }, finish_reason: 'length' }, { message: { content: 'ho' } }],
      },
      said: ['0 assistant: hi, cut', '1 assistant: ho'],
    },
    {
      name: "that Anthropic's did",
      answer: { content: 'hi', stop_reason: 'max_tokens' },
      said: ['0 assistant: hi, cut'],
    },
    { name: 'nothing of embeddings', answer: { data: [{ embedding: [1] }] }, said: [] },
  ])('takes $name', ({ answer, said }) => {
    expect(told(saidInAnswer(answer as Record<string, unknown>))).toEqual(said)
  })
})
