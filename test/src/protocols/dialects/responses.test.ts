import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../../src/errors.ts'
import { responses } from '../../../../src/protocols/dialects/responses.ts'

const encoder = new TextEncoder()

function added(item: unknown): unknown {
  return { type: 'response.output_item.added', output_index: 0, item }
}

describe('judgeEvent', () => {
  it.each([
    { event: { type: 'response.created', response: { error: null } }, kind: 'prelude' },
    { event: { type: 'response.in_progress' }, kind: 'prelude' },
    { event: added({ type: 'message', content: [] }), kind: 'prelude' },
    { event: added({ type: 'reasoning', summary: [] }), kind: 'prelude' },
    { event: added({ type: 'function_call', name: 'f', arguments: '' }), kind: 'content' },
    { event: { type: 'response.content_part.added', part: {} }, kind: 'prelude' },
    { event: { type: 'response.output_text.delta', delta: '' }, kind: 'prelude' },
    { event: { type: 'response.output_text.delta', delta: 'a' }, kind: 'content' },
    { event: { type: 'response.reasoning_text.delta', delta: 'a' }, kind: 'content' },
    { event: { type: 'response.completed', response: {} }, kind: 'content' },
    {
      event: {
        type: 'response.incomplete',
        response: { incomplete_details: { reason: 'content_filter' }, output: [] },
      },
      kind: 'filtered',
    },
    {
      event: {
        type: 'response.incomplete',
        response: { incomplete_details: { reason: 'max_output_tokens' } },
      },
      kind: 'content',
    },
    { event: 1, kind: 'garbled' },
  ])('$event is $kind', ({ event, kind }) => {
    expect(responses.judgeEvent({ name: null, data: JSON.stringify(event) })).toEqual({ kind })
  })

  it.each([
    { event: { type: 'error', code: 'server_error', message: 'no' }, error: { code: 'server_error' } },
    { event: { type: 'error', error: { message: 'no' } }, error: { message: 'no' } },
    { event: { error: { message: 'no' } }, error: { message: 'no' } },
    { event: { type: 'response.failed', response: { error: { code: 'x' } } }, error: { code: 'x' } },
  ])('sees the error in $event', ({ event, error }) => {
    const verdict = responses.judgeEvent({ name: null, data: JSON.stringify(event) })
    expect(verdict).toMatchObject({ kind: 'error', error })
  })
})

describe('the end', () => {
  it.each([
    { pieces: ['event: response.completed\ndata: {"x"', 'a', 'b', 'c', 'd', 'e'], end: 'done' },
    { pieces: ['data: {"type":"response.completed","response":{}}\n\n'], end: 'done' },
    { pieces: ['data: {"type":"response.incomplete"}\n\n'], end: 'done' },
    { pieces: ['data: {"type":"response.failed"}\n\n'], end: 'done' },
    { pieces: ['event: error\ndata: {}\n\n'], end: 'done' },
    { pieces: ['data: {"type":"error"}\n\n'], end: 'done' },
    { pieces: ['data: {"type":"response.created","response":{"error":null}}\n\n'], end: 'truncated' },
    { pieces: ['data: {"metadata":{"type":"error"}}\n\n'], end: 'truncated' },
    { pieces: ['data: {"delta":"\\"type\\":\\"response.completed\\""}\n\n'], end: 'truncated' },
    { pieces: [], end: 'truncated' },
  ])('$pieces is $end', ({ pieces, end }) => {
    const watch = responses.watchEnd()
    for (const piece of pieces) watch.add(encoder.encode(piece))
    expect(watch.judge('')).toBe(end)
  })

  it('may stand behind the last blank line', () => {
    expect(responses.watchEnd().judge('event: response.completed\ndata: {}')).toBe('done')
  })
})

it.each([
  { last: null, number: 0 },
  { last: 'data: {"sequence_number":6}\n\ndata: {"sequence_number":7}\n\n', number: 8 },
  { last: ': keep-alive\n\n', number: 0 },
])('numbers the error behind $last', ({ last, number }) => {
  const error = new GatewayError('upstream_interrupted', 'It broke.')
  const frame = responses.errorFrame(error, {
    requestId: 'r-1',
    last: last === null ? null : encoder.encode(last),
  })
  const event = { type: 'error', code: 'upstream_interrupted', message: 'It broke.', param: null }
  expect(frame).toBe(`event: error\ndata: ${JSON.stringify({ ...event, sequence_number: number })}\n\n`)
})
