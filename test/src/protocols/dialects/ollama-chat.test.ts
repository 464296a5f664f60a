import { describe, expect, it } from 'vitest'
import { ollamaChat } from '../../../../src/protocols/dialects/ollama-chat.ts'

const encoder = new TextEncoder()

describe('an event of Ollama', () => {
  it.each([
    ['{"message":{"role":"assistant","content":""},"done":false}', { kind: 'prelude' }],
    ['{"message":{"role":"assistant","content":"Hel"},"done":false}', { kind: 'content' }],
    ['{"message":{"role":"assistant","content":"","thinking":"hm"},"done":false}', { kind: 'content' }],
    [
      '{"message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f"}}]},"done":false}',
      { kind: 'content' },
    ],
    ['{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}', { kind: 'content' }],
    [
      '{"error":"llama runner has stopped"}',
      { kind: 'error', error: { message: 'llama runner has stopped' } },
    ],
    ['<html>', { kind: 'garbled' }],
  ])('%s', (data, verdict) => {
    expect(ollamaChat.judgeEvent({ name: null, data })).toEqual(verdict)
  })
})

it.each([
  ['data: {"message":{"content":"\\"done\\":true"},"done":false}\n\n', '', 'truncated'],
  ['data: {"message":{"content":"x"},"done":true,"eval_count":2}\n\n', '', 'done'],
  ['data: {"message":{"content":"x"},"done":false}\n\n', '{"done":true}', 'done'],
  ['data: {"error":"gone"}\n\n', '', 'done'],
  ['', '', 'truncated'],
])('judges the end %j %j', (piece, rest, verdict) => {
  const end = ollamaChat.watchEnd()
  end.add(encoder.encode(piece))
  expect(end.judge(rest)).toBe(verdict)
})

it.each([
  ['{"message":{"content":"x"},"done":true}', { kind: 'answer' }],
  ['{"error":"no"}', { kind: 'error', error: { message: 'no' } }],
  ['<html>', { kind: 'garbled' }],
])('judges the answer %s', (text, verdict) => {
  expect(ollamaChat.judgeAnswer(encoder.encode(text), true)).toEqual(verdict)
})
