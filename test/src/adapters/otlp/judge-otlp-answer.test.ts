import { describe, expect, it } from 'vitest'
import { judgeOtlpAnswer } from '../../../../src/adapters/otlp/judge-otlp-answer.ts'
import type { Judgement, Parcel } from '../../../../src/adapters/tracing/deliver.ts'
import type { Answer } from '../../../../src/adapters/tracing/http-client.ts'

const PARCELS: Parcel[] = [1, 2].map((seq) => ({ seq, json: '{}', events: [] }))
const answer = (status: number, text = '{}', retryAfterMs: number | null = null): Answer => ({
  kind: 'answer',
  status,
  retryAfterMs,
  text,
})
const rejected = (spans: unknown): Answer =>
  answer(200, JSON.stringify({ partialSuccess: { rejectedSpans: spans, errorMessage: 'no' } }))
const TAKEN: Judgement = { kind: 'taken', done: [1, 2], refused: [], dead: [] }

describe('judgeOtlpAnswer', () => {
  it.each<[string, Answer, Judgement]>([
    ['taken', answer(200), TAKEN],
    ['taken, without a body', answer(200, ''), TAKEN],
    ['taken, with a warning only', rejected('0'), TAKEN],
    ['taken in part, as protobuf writes it', rejected('3'), { ...TAKEN, spansRefused: 3 }],
    ['taken in part, as a number', rejected(3), { ...TAKEN, spansRefused: 3 }],
    ['too many', answer(429, '', 7000), { kind: 'untaken', why: 'it answers 429', retryAfterMs: 7000 }],
    ['busy', answer(503, '', null), { kind: 'untaken', why: 'it answers 503', retryAfterMs: null }],
    ['given up in between', answer(502), { kind: 'in-doubt', why: 'it answers 502' }],
    ['too late in between', answer(504), { kind: 'in-doubt', why: 'it answers 504' }],
    ['wrong', answer(400), { kind: 'unfit', why: 'it answers 400' }],
    ['too large', answer(413), { kind: 'unfit', why: 'it answers 413' }],
    ['ill, or ill of one', answer(500), { kind: 'unfit', why: 'it answers 500', isFinal: false }],
    ['headers', answer(401), { kind: 'untaken', why: 'it refuses the headers (401)', retryAfterMs: null }],
    ['elsewhere', answer(404), { kind: 'untaken', why: 'it answers 404', retryAfterMs: null }],
    ['no answer', { kind: 'lost', why: 'no answer in time' }, { kind: 'in-doubt', why: 'no answer in time' }],
    [
      'nobody there',
      { kind: 'unsent', why: 'ECONNREFUSED' },
      { kind: 'untaken', why: 'ECONNREFUSED', retryAfterMs: null },
    ],
  ])('%s', (_, said, judgement) => {
    expect(judgeOtlpAnswer(said, PARCELS)).toEqual(judgement)
  })

  it('knows which trace it was that was refused, if it stood alone', () => {
    const why = 'it refused 2 of its spans'
    expect(judgeOtlpAnswer(rejected('2'), PARCELS.slice(0, 1))).toEqual({
      ...TAKEN,
      done: [],
      dead: [{ seq: 1, why }],
    })
  })
})
