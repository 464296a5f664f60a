import { describe, expect, it } from 'vitest'
import { toResponse } from '../../../../../src/protocols/translate/responses-to-chat/to-response.ts'
import { ANSWERS, ASKED, USAGE, wholeAnswer } from './chat-answers.ts'

const HELLO = wholeAnswer({ text: 'hello', finish: 'stop', usage: USAGE })

describe('toResponse', () => {
  it.each(ANSWERS)('makes a response of $name', ({ status, reason, output, ...answer }) => {
    expect(toResponse(wholeAnswer(answer), ASKED)).toMatchObject({
      id: 'resp_r1',
      object: 'response',
      created_at: 1_700_000_000,
      model: 'wire-model',
      status,
      error: null,
      incomplete_details: reason === undefined ? null : { reason },
      output,
    })
  })

  it('tells usage as the protocol counts it', () => {
    expect(toResponse(HELLO, ASKED)['usage']).toEqual({
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 15,
    })
    expect(toResponse(wholeAnswer({ finish: 'stop' }), ASKED)).not.toHaveProperty('usage')
  })

  it('shows the settings that were asked for', () => {
    const tool = { type: 'function', name: 'add' }
    const body = {
      ...ASKED.body,
      instructions: 'be brief',
      temperature: 0.5,
      max_output_tokens: 20,
      metadata: { a: 'b' },
      parallel_tool_calls: false,
      reasoning: { effort: 'low', summary: 'auto' },
      text: { verbosity: 'low' },
      tools: [tool],
      tool_choice: 'required',
      truncation: 'auto',
      store: true,
      user: 'u',
    }
    expect(toResponse({ ...HELLO, service_tier: 'flex' }, { ...ASKED, body })).toMatchObject({
      instructions: 'be brief',
      temperature: 0.5,
      max_output_tokens: 20,
      metadata: { a: 'b' },
      parallel_tool_calls: false,
      reasoning: { effort: 'low', summary: null },
      text: { verbosity: 'low', format: { type: 'text' } },
      tools: [{ ...tool, parameters: null, strict: null }],
      tool_choice: 'required',
      user: 'u',
      service_tier: 'flex',
      // What is really done, whatever was asked for.
      truncation: 'disabled',
      store: false,
      background: false,
    })
    expect(toResponse(HELLO, ASKED)).toMatchObject({
      instructions: null,
      temperature: null,
      tools: [],
      tool_choice: 'auto',
      metadata: {},
      parallel_tool_calls: true,
    })
  })

  it('falls back on the name that was asked for', () => {
    const { model: _, ...nameless } = HELLO
    expect(toResponse(nameless, ASKED)['model']).toBe('fast')
  })

  it.each([
    { name: 'no choices', answer: {} },
    { name: 'an empty list of them', answer: { choices: [] } },
    { name: 'no message', answer: { choices: [{ text: 'a' }] } },
    { name: 'a call of nothing', answer: { choices: [{ message: { tool_calls: [{ id: 'a' }] } }] } },
    {
      name: 'a call without a name',
      answer: { choices: [{ message: { tool_calls: [{ id: 'a', function: { arguments: '{}' } }] } }] },
    },
  ])('makes nothing of $name', ({ answer }) => {
    expect(() => toResponse(answer, ASKED)).toThrow(TypeError)
  })
})
