import { expect, it } from 'vitest'
import { chat } from '../../../../src/protocols/dialects/chat.ts'
import { messages } from '../../../../src/protocols/dialects/messages.ts'
import { plain } from '../../../../src/protocols/dialects/plain.ts'
import { responses } from '../../../../src/protocols/dialects/responses.ts'

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
  {
    name: 'an error in place of an answer',
    body: '{"object":"error","message":"no","code":500}',
    verdict: { kind: 'error', error: { object: 'error', message: 'no', code: 500 } },
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
  expect(chat.judgeAnswer(new TextEncoder().encode(body), true)).toEqual(verdict)
})

it('does not look for a filter where nobody would take over', () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ choices: [held] }))
  expect(chat.judgeAnswer(bytes, false)).toEqual({ kind: 'answer' })
})

const refused = { type: 'message', stop_reason: 'refusal' }
const cut = { incomplete_details: { reason: 'content_filter' } }

it.each([
  { name: 'a message', dialect: messages, body: { ...refused, stop_reason: 'end_turn' }, kind: 'answer' },
  { name: 'a refused message', dialect: messages, body: { ...refused, content: [] }, kind: 'filtered' },
  {
    name: 'one that is refused in words',
    dialect: messages,
    body: { ...refused, content: [{ type: 'text', text: 'no' }] },
    kind: 'answer',
  },
  { name: 'a response', dialect: responses, body: { output: [] }, kind: 'answer' },
  {
    name: 'a response that was held back',
    dialect: responses,
    body: { ...cut, output: [] },
    kind: 'filtered',
  },
  {
    name: 'one held back behind its reasoning',
    dialect: responses,
    body: {
      ...cut,
      output: [
        { type: 'reasoning', summary: [] },
        { type: 'message', content: [] },
      ],
    },
    kind: 'filtered',
  },
  {
    name: 'a response that was cut',
    dialect: responses,
    body: { ...cut, output: [{ type: 'message', content: [{ text: 'half' }] }] },
    kind: 'answer',
  },
  { name: 'a list without a filter', dialect: plain, body: { choices: [held] }, kind: 'answer' },
])('$name is $kind', ({ dialect, body, kind }) => {
  expect(dialect.judgeAnswer(new TextEncoder().encode(JSON.stringify(body)), true)).toEqual({ kind })
})

it("finds Anthropic's error inside a 200", () => {
  const bytes = new TextEncoder().encode('{"type": "error", "error": {"type":"api_error","message":"no"}}')
  const error = { type: 'api_error', message: 'no' }
  expect(messages.judgeAnswer(bytes, false)).toEqual({ kind: 'error', error })
})
