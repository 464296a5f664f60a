import { describe, expect, it } from 'vitest'
import { createRetryBudget, type RetryBudget } from '../../../../src/pipeline/forward/retry-budget.ts'

const RETRY = { times: 1, backoffMs: 1, longestWaitMs: 1, budgetPercent: 20 }

function start(): {
  budget: RetryBudget
  count: (n: number) => void
  take: (n: number) => number
  pass: (ms: number) => void
} {
  let now = 1_000_000
  const budget = createRetryBudget(() => now)
  return {
    budget,
    count: (n) => {
      for (let i = 0; i < n; i += 1) budget.count('m')
    },
    take: (n) => Array.from({ length: n }).filter(() => budget.take('m', RETRY)).length,
    pass: (ms) => (now += ms),
  }
}

describe('retries of a model', () => {
  it('are a share of its requests', () => {
    const { count, take } = start()
    count(100)
    expect(take(50)).toBe(20)
    count(10)
    expect(take(50)).toBe(2)
  })

  it('are a few, however few requests there are', () => {
    const { take, pass } = start()
    expect(take(5)).toBe(3)
    pass(20_000)
    expect(take(5)).toBe(3)
  })

  it('are forgotten bit by bit', () => {
    const { count, take, pass } = start()
    count(100)
    expect(take(50)).toBe(20)
    pass(10_000)
    // All of the window before still counts, requests and retries alike.
    expect(take(50)).toBe(0)
    pass(5000)
    // Half of it: ten of the twenty are used, and no request came since.
    expect(take(50)).toBe(0)
    count(50)
    expect(take(50)).toBe(10)
    pass(30_000)
    expect(take(50)).toBe(3)
  })

  it('are counted for each model by itself', () => {
    const { budget, take } = start()
    expect(take(3)).toBe(3)
    expect(budget.take('n', RETRY)).toBe(true)
  })

  it('begin anew when the clock goes back', () => {
    const { take, pass } = start()
    expect(take(3)).toBe(3)
    pass(-60_000)
    expect(take(3)).toBe(3)
  })

  it('are none beyond the floor at zero percent', () => {
    const { budget, count } = start()
    count(1000)
    const none = { ...RETRY, budgetPercent: 0 }
    expect([1, 2, 3, 4].map(() => budget.take('m', none))).toEqual([true, true, true, false])
  })
})
