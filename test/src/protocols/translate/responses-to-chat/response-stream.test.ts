import { describe, expect, it } from 'vitest'
import { isRecord } from '../../../../../src/protocols/json-object.ts'
import { createResponseStream } from '../../../../../src/protocols/translate/responses-to-chat/response-stream.ts'
import { toResponse } from '../../../../../src/protocols/translate/responses-to-chat/to-response.ts'
import { ANSWERS, ASKED, chunk, chunksOf, USAGE, wholeAnswer } from './chat-answers.ts'

type Event = Record<string, unknown> & { type: string }

/** The events that a stream of chat makes, each of which must be whole and named after its type. */
function events(chunks: readonly string[]): Event[] {
  const stream = createResponseStream(ASKED)
  const text = chunks.map((data) => stream.push({ name: null, data })).join('') + stream.end()
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((event) => {
      const [name = '', data = ''] = event.split('\n')
      const object = JSON.parse(data.slice('data: '.length)) as Event
      expect(name).toBe(`event: ${object.type}`)
      return object
    })
}

const types = (chunks: readonly string[]): string[] =>
  events(chunks).map(({ type }) => type.replace('response.', ''))

const call = (index: number, id: string | null, name: string | null, args: string): string =>
  chunk({
    tool_calls: [
      { index, ...(id !== null && { id }), function: { ...(name !== null && { name }), arguments: args } },
    ],
  })

describe('createResponseStream', () => {
  it.each(ANSWERS)('ends with the same response as a whole answer: $name', (answer) => {
    const all = events(chunksOf(answer))
    expect(all.map((event) => event['sequence_number'])).toEqual(all.map((_, i) => i))
    const last = all.at(-1)
    expect(last?.type).toBe(`response.${answer.status}`)
    expect(last?.['response']).toEqual(toResponse(wholeAnswer(answer), ASKED))
  })

  it('tells of a message as it begins and ends', () => {
    const chunks = [
      chunk({ role: 'assistant' }),
      chunk({ content: 'he' }),
      chunk({ content: 'llo' }),
      '[DONE]',
    ]
    expect(types(chunks)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ])
    const place = { item_id: 'msg_r1_0', output_index: 0, content_index: 0 }
    expect(events(chunks)[4]).toEqual({
      type: 'response.output_text.delta',
      sequence_number: 4,
      ...place,
      delta: 'he',
      logprobs: [],
    })
    expect(events(chunks)[6]).toMatchObject({ ...place, text: 'hello' })
    expect(events(chunks)[0]).toMatchObject({ response: { status: 'in_progress', output: [] } })
  })

  it('ends thoughts where text begins, and a message where a call begins', () => {
    expect(
      types([
        chunk({ reasoning: 'hm' }),
        chunk({ content: 'so' }),
        call(0, 'a', 'add', '{}'),
        chunk({ content: '!' }),
      ]),
    ).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'reasoning_text.delta',
      'reasoning_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'function_call_arguments.done',
      'output_item.done',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ])
  })

  it('keeps calls that come in turn apart, in the order in which they began', () => {
    const all = events([
      call(0, 'a', 'ad', ''),
      call(0, null, 'd', ''),
      call(1, 'b', 'sub', '{"y"'),
      call(0, null, null, '{"x"'),
      call(1, null, null, ':2}'),
      call(0, null, null, ':1}'),
      chunk({}, { finish_reason: 'tool_calls' }),
    ])
    const added = all.filter(({ type }) => type === 'response.output_item.added')
    expect(added).toMatchObject([
      { output_index: 0, item: { name: 'add', call_id: 'a', arguments: '' } },
      { output_index: 1, item: { name: 'sub', call_id: 'b', arguments: '' } },
    ])
    const done = all.filter(({ type }) => type === 'response.function_call_arguments.done')
    expect(done).toMatchObject([
      { item_id: 'fc_r1_0', output_index: 0, name: 'add', arguments: '{"x":1}' },
      { item_id: 'fc_r1_1', output_index: 1, name: 'sub', arguments: '{"y":2}' },
    ])
  })

  it('tells of a call without arguments before what follows it', () => {
    const all = events([call(0, 'a', 'now', ''), chunk({ content: 'so' })])
    expect(all.filter(({ type }) => type === 'response.output_item.added')).toMatchObject([
      { output_index: 0, item: { type: 'function_call', name: 'now' } },
      { output_index: 1, item: { type: 'message' } },
    ])
  })

  it('ends text where a refusal begins', () => {
    expect(types([chunk({ content: 'well' }), chunk({ refusal: 'no' })]).slice(3, -2)).toEqual([
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'content_part.added',
      'refusal.delta',
      'refusal.done',
      'content_part.done',
    ])
  })

  it('takes the last text with the reason of the end', () => {
    const last = events([chunk({ content: 'so' }, { finish_reason: 'length' })]).at(-1)
    expect(last).toMatchObject({
      type: 'response.incomplete',
      response: { output: [{ status: 'incomplete', content: [{ text: 'so' }] }] },
    })
  })

  it('takes usage whenever it comes, and tells it at the end', () => {
    const all = events([
      chunk({ content: 'a' }, {}),
      chunk(null, { usage: { prompt_tokens: 10, completion_tokens: 1 } }),
      chunk({ content: 'b' }),
      chunk(null, { usage: USAGE }),
      chunk(null, { usage: null }),
    ])
    expect(all.filter(({ response }) => isRecord(response) && 'usage' in response)).toEqual([all.at(-1)])
    expect(all.at(-1)).toMatchObject({
      response: { usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 } },
    })
  })

  it('says nothing after its end', () => {
    expect(types([])).toEqual(['created', 'in_progress', 'completed'])
    const stream = createResponseStream(ASKED)
    stream.push({ name: null, data: chunk({ content: 'a' }) })
    expect(stream.push({ name: null, data: '[DONE]' })).toBe('')
    expect(stream.end()).not.toContain('[DONE]')
  })

  it.each(['{', '[]', '1', ''])('makes nothing of %j', (data) => {
    expect(() => createResponseStream(ASKED).push({ name: null, data })).toThrow(TypeError)
  })
})
