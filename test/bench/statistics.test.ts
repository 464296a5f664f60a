import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addedMedian, addedRatio, medianRatio, medianWithSpread, quantile, sorted } from './statistics.ts'

describe('quantile', () => {
  it.each([
    { name: 'median of an odd count', samples: [3, 1, 2], q: 0.5, expected: 2 },
    { name: 'median of an even count: the lower one', samples: [4, 1, 3, 2], q: 0.5, expected: 2 },
    { name: 'the least', samples: [2, 1], q: 0, expected: 1 },
    { name: 'the most', samples: [2, 1], q: 1, expected: 2 },
    { name: 'numbers, not strings', samples: [10, 9, 100], q: 1, expected: 100 },
    { name: 'nothing of nothing', samples: [], q: 0.5, expected: Number.NaN },
  ])('$name', ({ samples, q, expected }) => {
    expect(quantile(sorted(samples), q)).toBe(expected)
  })

  it('is not exceeded by the share it names', () => {
    const samples = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 })
    fc.assert(
      fc.property(samples, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, q) => {
        const found = quantile(sorted(values), q)
        const within = values.filter((value) => value <= found).length
        return values.includes(found) && within >= Math.floor(q * values.length)
      }),
    )
  })
})

describe('paired differences', () => {
  // The baseline swings by far more than what the arms add, as on a busy machine.
  const rows = Array.from({ length: 400 }, (_, i) => {
    const base = 1000 + 900 * Math.sin(i / 7)
    return [base, base + 10 + (i % 5), base + 40 + (i % 3)]
  })

  it('see through the swings that both sides share', () => {
    const added = addedMedian(rows, { arm: 1, baseline: 0 })
    expect(added.value).toBeCloseTo(12)
    expect(added.low).toBeGreaterThanOrEqual(11)
    expect(added.high).toBeLessThanOrEqual(13)
  })

  it('divide what one adds by what the other adds', () => {
    const ratio = addedRatio(rows, { arm: 1, baseline: 0 }, { arm: 2, baseline: 0 })
    expect(ratio.value).toBeCloseTo(12 / 41)
    expect(ratio.low).toBeLessThanOrEqual(ratio.value)
    expect(ratio.high).toBeGreaterThanOrEqual(ratio.value)
  })

  it('leave out rounds in which a call failed', () => {
    const broken = rows.map((row, i) => (i % 2 === 0 ? row : [row[0] ?? 0, -1, row[2] ?? 0]))
    const kept = rows.filter((_, i) => i % 2 === 0)
    expect(addedMedian(broken, { arm: 1, baseline: 0 })).toEqual(addedMedian(kept, { arm: 1, baseline: 0 }))
  })

  it('are not a number without rounds', () => {
    expect(addedMedian([[5, -1]], { arm: 1, baseline: 0 }).value).toBeNaN()
  })
})

describe('intervals', () => {
  it('have no width where nothing varies', () => {
    expect(medianWithSpread([7, 7, 7, 7])).toEqual({ value: 7, low: 7, high: 7 })
  })

  it('have width where a few values vary', () => {
    const { low, high } = medianWithSpread([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(low).toBeLessThan(6)
    expect(high).toBeGreaterThan(6)
  })

  it('are the same for the same samples', () => {
    const [a, b] = [
      [5, 9, 2, 8, 4],
      [1, 3, 2, 2, 1],
    ]
    expect(medianRatio(a ?? [], b ?? [])).toEqual(medianRatio(a ?? [], b ?? []))
  })
})
