import { describe, expect, it } from 'vitest'
import { deliver, type Judgement, type Parcel } from '../../../../src/adapters/tracing/deliver.ts'

const parcels = (count: number): Parcel[] =>
  Array.from({ length: count }, (_, i) => ({ seq: i + 1, json: '{}', events: [] }))

const taken = (sent: readonly Parcel[]): Judgement => ({
  kind: 'taken',
  done: sent.map(({ seq }) => seq),
  refused: [],
  dead: [],
})

interface Row {
  /** Who is refused whoever is with it. */
  spoilt: readonly number[]
  answer: Judgement
  done: number[]
  refused: number[]
  dead: number[]
  back: number[]
}

const ILL: Judgement = { kind: 'unfit', why: 'it answers 500', isFinal: false }
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('deliver', () => {
  it.each<Row & { name: string }>([
    {
      name: 'an ill sink: the first that stands alone, no other',
      spoilt: range(1, 20),
      answer: ILL,
      done: [],
      refused: [1],
      dead: [],
      back: range(2, 20),
    },
    {
      name: 'traces that make it ill, among others that it takes',
      spoilt: [7, 8, 19],
      answer: ILL,
      done: [...range(1, 6), ...range(9, 18), 20],
      refused: [7, 8, 19],
      dead: [],
      back: [],
    },
    {
      name: 'a sink that falls ill meanwhile',
      spoilt: range(6, 20),
      answer: ILL,
      done: range(1, 5),
      refused: [6, 7, 8],
      dead: [],
      back: range(9, 20),
    },
    {
      name: 'the first of all makes it ill: nothing says yet that it is not',
      spoilt: [1],
      answer: ILL,
      done: [],
      refused: [1],
      dead: [],
      back: range(2, 20),
    },
    {
      name: 'what it will never take',
      spoilt: [1, 20],
      answer: { kind: 'unfit', why: 'it answers 400' },
      done: range(2, 19),
      refused: [],
      dead: [1, 20],
      back: [],
    },
    {
      name: 'a sink that is busy: all go back',
      spoilt: [20],
      answer: { kind: 'untaken', why: 'it answers 429', retryAfterMs: 1000 },
      done: [],
      refused: [],
      dead: [],
      back: range(1, 20),
    },
  ])('$name', async ({ spoilt, answer, done, refused, dead, back }) => {
    let requests = 0
    const delivery = await deliver(parcels(20), {
      most: 1000,
      post: (sent) => {
        requests += 1
        return Promise.resolve(sent.some(({ seq }) => spoilt.includes(seq)) ? answer : taken(sent))
      },
    })
    expect(delivery).toMatchObject({ done, refused, back })
    expect(delivery.dead.map(({ seq }) => seq)).toEqual(dead)
    expect(delivery.problem === null).toBe(refused.length + back.length === 0)
    expect(requests).toBeLessThan(30)
  })
})
