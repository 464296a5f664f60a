import { describe, expect, it } from 'vitest'
import { countAll, falseRateOf, groupBy, precisionOf, recallOf } from './counts.ts'

const hit = { positive: true, flagged: true }
const miss = { positive: true, flagged: false }
const wrong = { positive: false, flagged: true }
const quiet = { positive: false, flagged: false }

describe('counts', () => {
  it.each([
    { cases: [hit, hit, hit, miss], recall: 0.75, precision: 1, falseRate: 0 },
    { cases: [hit, wrong, wrong, quiet, quiet], recall: 1, precision: 1 / 3, falseRate: 0.5 },
    { cases: [wrong], recall: 1, precision: 0, falseRate: 1 },
    { cases: [], recall: 1, precision: 1, falseRate: 0 },
  ])('%j', ({ cases, recall, precision, falseRate }) => {
    const counts = countAll(cases)
    expect(recallOf(counts)).toBeCloseTo(recall)
    expect(precisionOf(counts)).toBeCloseTo(precision)
    expect(falseRateOf(counts)).toBeCloseTo(falseRate)
  })

  it('groups in the order of first members', () => {
    const groups = groupBy(['b1', 'a1', 'b2'], (text) => text.charAt(0))
    expect([...groups]).toEqual([
      ['b', ['b1', 'b2']],
      ['a', ['a1']],
    ])
  })
})
