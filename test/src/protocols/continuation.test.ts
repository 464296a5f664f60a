import { describe, expect, it } from 'vitest'
import { asOneAnswer, isContinuable, withSaid } from '../../../src/protocols/continuation.ts'
import { parseJsonObject } from '../../../src/protocols/json-object.ts'
import { chunk, DONE, frame, ROLE, text } from '../../upstream/reply.ts'

const messages = [{ role: 'user', content: 'hi' }]

describe('a request', () => {
  it.each([
    { fields: {}, is: true },
    { fields: { n: 1, response_format: { type: 'text' }, tools: [], stream: true }, is: true },
    { fields: { n: 2 }, is: false },
    { fields: { response_format: { type: 'json_object' } }, is: false },
    { fields: { modalities: ['text', 'audio'] }, is: false },
    { fields: { messages: [] }, is: false },
    { fields: { messages: 'hi' }, is: false },
  ])('with $fields can go on: $is', ({ fields, is }) => {
    expect(isContinuable(parseJsonObject(JSON.stringify({ messages, ...fields })))).toBe(is)
  })

  it('gets what was said as its last message, and keeps every byte before', () => {
    const written = '[ {"role":"user", "content":"a ] b", "x":1e400} ]'
    expect(withSaid(written, 'so "far"')).toBe(
      '[ {"role":"user", "content":"a ] b", "x":1e400} ,{"role":"assistant","content":"so \\"far\\""}]',
    )
  })
})

describe('the second half', () => {
  const identity = { id: 'first', created: 1, model: 'm1' }

  it.each([
    { name: 'a role', events: ROLE, heard: '' },
    { name: 'comments', events: ': keep-alive\n\n', heard: '' },
    { name: 'the end', events: DONE, heard: DONE },
    { name: 'what is no JSON', events: 'data: {"a\n\n', heard: 'data: {"a\n\n' },
  ])('of $name', ({ events, heard }) => {
    expect(asOneAnswer(events, identity)).toBe(heard)
  })

  it('bears the name of the first, and no role', () => {
    const first = chunk({ delta: { role: 'assistant', content: 'more' } })
    expect(asOneAnswer(first + text('!'), identity)).toBe(
      ['more', '!']
        .map((content) =>
          frame({
            id: 'first',
            object: 'chat.completion.chunk',
            created: 1,
            model: 'm1',
            choices: [{ index: 0, delta: { content }, finish_reason: null }],
          }),
        )
        .join(''),
    )
  })

  it('keeps the finish and the usage', () => {
    const heard = asOneAnswer(chunk({ finish: 'stop' }) + chunk({ usage: { total_tokens: 3 } }), identity)
    expect(heard).toContain('"finish_reason":"stop"')
    expect(heard).toContain('"usage":{"total_tokens":3}')
  })
})
