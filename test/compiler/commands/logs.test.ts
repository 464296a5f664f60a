import { describe, expect, it } from 'vitest'
import { isWanted } from '../../../compiler/commands/logs.ts'
import { renderLogLine } from '../../../compiler/commands/render-log-line.ts'
import type { EventLine, RequestLine } from '../../../src/table/log-line.ts'

const REQUEST: RequestLine = {
  kind: 'request',
  time: '2026-11-21T12:00:00.500Z',
  level: 'warn',
  id: 'i1',
  correlationId: 'c1',
  client: 'crew',
  surface: 'chat',
  asked: 'fast',
  model: 'coder',
  backend: 'gpu',
  backendModel: 'qwen',
  rule: null,
  status: 429,
  error: 'rate_limit_exceeded',
  stream: true,
  attempts: 1,
  ms: 500,
  firstTokenMs: 80,
  overheadUs: 300,
  inputTokens: 7,
  outputTokens: 3,
  cost: null,
}
const EVENT: EventLine = {
  kind: 'event',
  time: '2026-11-21T12:00:00.000Z',
  level: 'error',
  event: 'stream-broken',
  correlationId: 'c1',
  backend: 'gpu',
}

describe('isWanted', () => {
  it.each([
    { filter: {}, request: true, event: true },
    { filter: { client: 'crew' }, request: true, event: false },
    { filter: { client: 'other' }, request: false, event: false },
    { filter: { model: 'fast' }, request: true, event: false },
    { filter: { model: 'coder' }, request: true, event: false },
    { filter: { model: 'qwen' }, request: false, event: false },
    { filter: { status: '4xx' }, request: true, event: false },
    { filter: { status: '429' }, request: true, event: false },
    { filter: { status: '5xx' }, request: false, event: false },
    { filter: { level: 'error' as const }, request: false, event: true },
    { filter: { level: 'warn' as const }, request: true, event: true },
    { filter: { id: 'c1' }, request: true, event: true },
    { filter: { id: 'i1' }, request: true, event: false },
  ])('$filter', ({ filter, request, event }) => {
    expect([isWanted(REQUEST, filter), isWanted(EVENT, filter)]).toEqual([request, event])
  })
})

it('is shown to people in one line', () => {
  expect(renderLogLine(REQUEST)).toBe(
    '2026-11-21T12:00:00.500Z  warn   crew chat fast -> gpu/qwen  429 rate_limit_exceeded  500 ms (first 80)  7+3 tokens  c1',
  )
  expect(renderLogLine(EVENT)).toBe(
    '2026-11-21T12:00:00.000Z  error  stream-broken backend=gpu correlationId=c1',
  )
})
