import { describe, expect, it } from 'vitest'
import { GatewayError, type GatewayErrorOptions } from '../../../../src/errors.ts'
import type { EndVerdict } from '../../../../src/protocols/dialect.ts'
import { messages } from '../../../../src/protocols/dialects/messages.ts'

const start = (block: unknown): unknown => ({ type: 'content_block_start', index: 0, content_block: block })
const delta = (fields: unknown): unknown => ({ type: 'content_block_delta', index: 0, delta: fields })

describe('judgeEvent', () => {
  it.each([
    { event: { type: 'message_start', message: { content: [] } }, kind: 'prelude' },
    { event: { type: 'ping' }, kind: 'prelude' },
    { event: start({ type: 'text', text: '' }), kind: 'prelude' },
    { event: start({ type: 'thinking', thinking: '', signature: '' }), kind: 'prelude' },
    { event: start({ type: 'thinking', thinking: 'hm' }), kind: 'content' },
    { event: start({ type: 'text', text: 'hi' }), kind: 'content' },
    { event: start({ type: 'tool_use', id: 't', name: 'f', input: {} }), kind: 'content' },
    { event: start({ type: 'redacted_thinking', data: 'x' }), kind: 'content' },
    { event: start(null), kind: 'prelude' },
    { event: delta({ type: 'text_delta', text: '' }), kind: 'prelude' },
    { event: delta({ type: 'text_delta', text: ' ' }), kind: 'content' },
    { event: delta({ type: 'input_json_delta', partial_json: '{' }), kind: 'content' },
    { event: delta({ type: 'thinking_delta', thinking: 'hm' }), kind: 'content' },
    { event: { type: 'message_delta', delta: { stop_reason: 'end_turn' } }, kind: 'content' },
    { event: { type: 'message_delta', delta: { stop_reason: 'refusal' } }, kind: 'filtered' },
    { event: { type: 'message_stop' }, kind: 'content' },
    { event: { type: 'of_next_year' }, kind: 'prelude' },
    { event: [], kind: 'garbled' },
  ])('$event is $kind', ({ event, kind }) => {
    expect(messages.judgeEvent({ name: null, data: JSON.stringify(event) })).toEqual({ kind })
  })

  it('sees an error', () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' }
    const data = JSON.stringify({ type: 'error', error })
    expect(messages.judgeEvent({ name: 'error', data })).toEqual({ kind: 'error', error })
  })

  it('takes what is no JSON for garbled', () => {
    expect(messages.judgeEvent({ name: null, data: '<html>' })).toEqual({ kind: 'garbled' })
  })
})

function endOf(...pieces: string[]): EndVerdict {
  const watch = messages.watchEnd()
  for (const piece of pieces) watch.add(new TextEncoder().encode(piece))
  return watch.judge('')
}

describe('the end', () => {
  const reason = 'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n'
  it.each([
    { tail: [reason, 'event: message_stop\ndata: {"type":"message_stop"}\n\n'], end: 'done' },
    { tail: ['data: {"type": "error", "error": {}}\n\n'], end: 'done' },
    { tail: [reason], end: 'finished' },
    { tail: ['data: {"delta":{"stop_reason":null}}\n\n'], end: 'truncated' },
    { tail: [`data: ${JSON.stringify(delta({ text: '"type":"message_stop"' }))}\n\n`], end: 'truncated' },
    { tail: [reason, 'a', 'b', 'c', 'd'], end: 'truncated' },
    { tail: [], end: 'truncated' },
  ])('$tail is $end', ({ tail, end }) => {
    expect(endOf(...tail)).toBe(end)
  })
})

it.each<{ options: GatewayErrorOptions; type: string }>([
  { options: { status: 400 }, type: 'invalid_request_error' },
  { options: { status: 401 }, type: 'authentication_error' },
  { options: { status: 403 }, type: 'permission_error' },
  { options: { status: 404 }, type: 'not_found_error' },
  { options: { status: 413 }, type: 'request_too_large' },
  { options: { status: 415 }, type: 'invalid_request_error' },
  { options: { status: 429 }, type: 'rate_limit_error' },
  { options: { status: 502 }, type: 'api_error' },
  { options: { status: 503 }, type: 'api_error' },
  { options: { status: 504 }, type: 'timeout_error' },
  { options: { status: 529 }, type: 'overloaded_error' },
])('tells $options.status as $type', ({ options, type }) => {
  const error = new GatewayError('upstream_error', 'No.', options)
  const body = { type: 'error', error: { type, message: 'No.' }, request_id: 'r-1' }
  expect(messages.errorBody(error, 'r-1')).toEqual(body)
  expect(messages.errorFrame(error, { requestId: 'r-1', last: null })).toBe(
    `event: error\ndata: ${JSON.stringify(body)}\n\n`,
  )
})
