import { expect, it } from 'vitest'
import { judgeAnswer } from '../../../src/protocols/openai-answer.ts'

const held = { index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'content_filter' }
const said = { index: 0, message: { content: 'half' }, finish_reason: 'content_filter' }

it.each([
  { name: 'an answer', body: ' {"choices":[]}\n', verdict: { kind: 'answer' } },
  {
    name: 'an answer that speaks of errors',
    body: '{"id":"\\"error\\":{","x":1}',
    verdict: { kind: 'answer' },
  },
  {
    name: 'an error',
    body: '{ "error": {"message":"no"} }',
    verdict: { kind: 'error', error: { message: 'no' } },
  },
  {
    name: 'an error in a word',
    body: '{"error":"no"}',
    verdict: { kind: 'error', error: { message: 'no' } },
  },
  { name: 'no error', body: '{"error":null,"id":"x"}', verdict: { kind: 'answer' } },
  { name: 'an error cut short', body: '{"error":{"message":"no}', verdict: { kind: 'garbled' } },
  { name: 'half an answer', body: '{"choices":[', verdict: { kind: 'garbled' } },
  { name: 'a list', body: '[]', verdict: { kind: 'garbled' } },
  { name: 'nothing', body: '', verdict: { kind: 'garbled' } },
  {
    name: 'one that was held back',
    body: JSON.stringify({ choices: [held] }),
    verdict: { kind: 'filtered' },
  },
  {
    name: 'a completion that was held back',
    body: JSON.stringify({ choices: [{ text: '', finish_reason: 'content_filter' }] }),
    verdict: { kind: 'filtered' },
  },
  {
    name: 'one that was cut by a filter',
    body: JSON.stringify({ choices: [said] }),
    verdict: { kind: 'answer' },
  },
  {
    name: 'one of two held back',
    body: JSON.stringify({ choices: [held, said] }),
    verdict: { kind: 'answer' },
  },
])('$name', ({ body, verdict }) => {
  expect(judgeAnswer(new TextEncoder().encode(body), true)).toEqual(verdict)
})

it('does not look for a filter where nobody would take over', () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ choices: [held] }))
  expect(judgeAnswer(bytes, false)).toEqual({ kind: 'answer' })
})
