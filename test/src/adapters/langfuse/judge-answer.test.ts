import { describe, expect, it } from 'vitest'
import { judgeAnswer } from '../../../../src/adapters/langfuse/judge-answer.ts'
import type { Judgement, Parcel } from '../../../../src/adapters/tracing/deliver.ts'
import type { Answer } from '../../../../src/adapters/tracing/http-client.ts'

const SPANS: Parcel[] = [1, 2].map((seq) => ({ seq, json: '{}', events: [] }))
const EVENTS: Parcel[] = [1, 2, 3].map((seq) => ({ seq, json: '{}', events: [`${seq}a`, `${seq}b`] }))

const answer = (status: number, text: string | null = '', retryAfterMs: number | null = null): Answer => ({
  kind: 'answer',
  status,
  retryAfterMs,
  text,
})
const untaken = (why: string, retryAfterMs: number | null = null): Judgement => ({
  kind: 'untaken',
  why,
  retryAfterMs,
})
const TAKEN: Judgement = { kind: 'taken', done: [1, 2], refused: [], dead: [] }

describe('judgeAnswer', () => {
  it.each<[string, Answer, Judgement]>([
    ['taken, whatever the body says', answer(200, '{"jobs":'), TAKEN],
    ['taken with a status of another kind', answer(207, null), TAKEN],
    ['too many', answer(429, '', 7000), untaken('it answers 429', 7000)],
    ['ill, or ill of one', answer(500), { kind: 'unfit', why: 'it answers 500', isFinal: false }],
    ['unavailable', answer(503, '', 1000), untaken('it answers 503', 1000)],
    ['a bad key', answer(401), untaken('it refuses the keys (401)')],
    ['no such path', answer(404), untaken('it answers 404')],
    ['sent elsewhere', answer(302), untaken('it answers 302')],
    ['a proxy that gave up', answer(504), { kind: 'in-doubt', why: 'it answers 504' }],
    ['a bad body', answer(400), { kind: 'unfit', why: 'it answers 400' }],
    ['too large', answer(413), { kind: 'unfit', why: 'it answers 413' }],
    ['nobody there', { kind: 'unsent', why: 'ECONNREFUSED' }, untaken('ECONNREFUSED')],
    ['no answer', { kind: 'lost', why: 'ECONNRESET' }, { kind: 'in-doubt', why: 'ECONNRESET' }],
  ])('of spans: %s', (_, given, expected) => expect(judgeAnswer(given, SPANS)).toEqual(expected))

  const said = (taken: string[], errors: [string, number][]): Answer =>
    answer(
      207,
      JSON.stringify({
        successes: taken.map((id) => ({ id, status: 201 })),
        errors: errors.map(([id, status]) => ({ id, status })),
      }),
    )
  it.each<[string, Answer, Judgement]>([
    [
      'all of them',
      said(['1a', '1b', '2a', '2b', '3a', '3b'], []),
      { kind: 'taken', done: [1, 2, 3], refused: [], dead: [] },
    ],
    [
      'each for itself',
      said(
        ['1a', '1b', '2a', '3a'],
        [
          ['2b', 500],
          ['3b', 400],
        ],
      ),
      {
        kind: 'taken',
        done: [1],
        refused: [2],
        dead: [{ seq: 3, why: 'an event was refused with 400' }],
      },
    ],
    ['what is not named', said(['1a', '1b'], []), { kind: 'taken', done: [1], refused: [2, 3], dead: [] }],
    ['what cannot be read', answer(207, '<html>'), { kind: 'in-doubt', why: 'its answer cannot be read' }],
    ['half an answer', answer(207, null), { kind: 'in-doubt', why: 'its answer cannot be read' }],
  ])('of events: %s', (_, given, expected) => expect(judgeAnswer(given, EVENTS)).toEqual(expected))
})
