import { describe, expect, it } from 'vitest'
import { chat, judgeEnd } from '../../../../src/protocols/dialects/chat.ts'

function delta(fields: unknown, finish: string | null = null): string {
  return JSON.stringify({ choices: [{ index: 0, delta: fields, finish_reason: finish }] })
}

describe('judgeEvent', () => {
  it.each([
    { name: 'content', data: delta({ content: 'a' }), kind: 'content' },
    { name: 'a space', data: delta({ content: ' ' }), kind: 'content' },
    { name: 'a tool call', data: delta({ role: 'assistant', tool_calls: [{ index: 0 }] }), kind: 'content' },
    { name: 'reasoning', data: delta({ reasoning_content: 'hm' }), kind: 'content' },
    { name: 'a refusal', data: delta({ refusal: 'no' }), kind: 'content' },
    { name: 'a finish without content', data: delta({}, 'stop'), kind: 'content' },
    { name: 'text of completions', data: '{"choices":[{"text":"a"}]}', kind: 'content' },
    {
      name: 'the second choice',
      data: '{"choices":[{"delta":{}},{"delta":{"content":"b"}}]}',
      kind: 'content',
    },
    { name: 'the end', data: '[DONE]', kind: 'content' },
    { name: 'a role', data: delta({ role: 'assistant', content: '' }), kind: 'prelude' },
    { name: 'a role with null content', data: delta({ role: 'assistant', content: null }), kind: 'prelude' },
    { name: 'an empty text', data: '{"choices":[{"text":"","finish_reason":null}]}', kind: 'prelude' },
    { name: 'no choices', data: '{"choices":[],"prompt_filter_results":[]}', kind: 'prelude' },
    { name: 'choices that are none', data: '{"choices":{"0":1}}', kind: 'prelude' },
    { name: 'a choice that is none', data: '{"choices":[null,"x"]}', kind: 'prelude' },
    { name: 'an absent error', data: '{"error":null,"choices":[]}', kind: 'prelude' },
    { name: 'HTML', data: '<html>', kind: 'garbled' },
    { name: 'half an object', data: '{"choices":[', kind: 'garbled' },
    { name: 'an array', data: '[]', kind: 'garbled' },
    { name: 'nothing', data: '', kind: 'garbled' },
  ])('$name is $kind', ({ data, kind }) => {
    expect(chat.judgeEvent({ name: null, data })).toEqual({ kind })
  })

  it.each([
    { data: '{"error":{"message":"busy","code":1}}', error: { message: 'busy', code: 1 } },
    { data: '{"error":"busy"}', error: { message: 'busy' } },
    { data: '{"error":["a"],"choices":[{"text":"x"}]}', error: { message: '["a"]' } },
    { data: '{"error":false}', error: { message: 'false' } },
    {
      data: '{"object":"error","message":"busy","type":"InternalServerError","code":500}',
      error: { object: 'error', message: 'busy', type: 'InternalServerError', code: 500 },
    },
  ])('sees the error in $data', ({ data, error }) => {
    expect(chat.judgeEvent({ name: null, data })).toEqual({ kind: 'error', error })
  })
})

describe('judgeEnd', () => {
  const stop = `data: ${delta({}, 'stop')}\n\n`
  it.each([
    { tail: `${stop}data: [DONE]\n\n`, end: 'done' },
    { tail: 'data:[DONE]\n\n', end: 'done' },
    { tail: 'data: [DONE]', end: 'done' },
    { tail: `${stop.replaceAll('\n', '\r\n')}data: [DONE]\r\n\r\n`, end: 'done' },
    { tail: 'a\r\rdata: [DONE]\r\r', end: 'done' },
    { tail: stop, end: 'finished' },
    { tail: `${stop}data: {"choices":[],"usage":{}}\n\n`, end: 'finished' },
    { tail: 'data: {"finish_reason" : "length"}\n\n', end: 'finished' },
    { tail: 'data: {"error": {"message":"x"}}\n\n', end: 'finished' },
    { tail: `data: ${delta({ content: 'a' })}\n\n`, end: 'truncated' },
    { tail: `data: ${delta({ content: '"finish_reason":"stop"' })}\n\n`, end: 'truncated' },
    { tail: `data: ${delta({ content: 'data: [DONE]' })}\n\n`, end: 'truncated' },
    { tail: `data: ${delta({ content: '\ndata: [DONE]\n\n' })}\n\n`, end: 'truncated' },
    { tail: `data: ${delta({ content: '{"error": {}}' })}\n\n`, end: 'truncated' },
    { tail: '', end: 'truncated' },
  ])('$tail is $end', ({ tail, end }) => {
    expect(judgeEnd(tail)).toBe(end)
  })
})
