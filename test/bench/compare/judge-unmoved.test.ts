import { describe, expect, it } from 'vitest'
import { judgeUnmoved } from './judge-unmoved.ts'

describe('judgeUnmoved', () => {
  it.each([
    { name: 'rose', change: { value: 1, low: 0.5, high: 1.5 }, pass: [false] },
    { name: 'rose by next to nothing', change: { value: 0.4, low: 0.1, high: 0.6 }, pass: [true] },
    { name: 'may have risen', change: { value: 1, low: -0.5, high: 2 }, pass: [true] },
    { name: 'fell', change: { value: -1, low: -2, high: -0.5 }, pass: [true] },
    { name: 'may be anything', change: { value: 1, low: -4, high: 4 }, pass: [] },
    { name: 'rose by who knows how much', change: { value: 4, low: 1, high: 9 }, pass: [false] },
  ])('$name', ({ change, pass }) => {
    const figures = [{ what: 'p99, ms', values: [10, 10 + change.value], added: [null, change] }]
    expect(judgeUnmoved('calls', figures).map((verdict) => verdict.pass)).toEqual(pass)
  })

  it('judges times only', () => {
    const added = [null, { value: 9, low: 8, high: 10 }]
    expect(judgeUnmoved('calls', [{ what: 'CPU of both, us', values: [10, 19], added }])).toEqual([])
  })
})
