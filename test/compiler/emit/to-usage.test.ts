import { describe, expect, it } from 'vitest'
import { toBudgets, toLimits, toPrice } from '../../../compiler/emit/to-usage.ts'
import type { ResolvedUsageLimits } from '../../../compiler/resolve/resolved-policy.ts'

const at = { file: 'policy', path: [] } as const
const none: ResolvedUsageLimits = { requests: null, tokens: null, concurrent: null }
const rate = (count: number) => ({ value: { count, windowMs: 1000 }, at: { ...at, path: [] } })

describe('limits in the table', () => {
  it.each([
    ['nothing', none, undefined, null],
    ['nothing over nothing', none, none, null],
    ['its own', { ...none, requests: rate(1) }, none, { requests: 1, tokens: undefined }],
    ['what holds for all', none, { ...none, tokens: rate(2) }, { requests: undefined, tokens: 2 }],
    [
      'its own first',
      { ...none, tokens: rate(3) },
      { ...none, tokens: rate(2), requests: rate(5) },
      { requests: 5, tokens: 3 },
    ],
  ] as const)('%s', (_, own, others, expected) => {
    const limits = toLimits(own, others)
    const counts = limits && { requests: limits.requests?.count, tokens: limits.tokens?.count }
    expect(counts).toEqual(expected)
  })
})

describe('money in the table', () => {
  it('is whole nano-USD, a day before a month', () => {
    const budget = { warnAt: 80, at: { ...at, path: [] } }
    expect(
      toBudgets([
        { ...budget, per: 'month', usd: 0.3 },
        { ...budget, per: 'day', usd: 0.1 },
      ]),
    ).toEqual([
      { per: 'day', limit: 100_000_000, warnAt: 80_000_000 },
      { per: 'month', limit: 300_000_000, warnAt: 240_000_000 },
    ])
  })

  it.each([
    [0.15, 150],
    [1.1, 1100],
    [0.0375, 37.5],
    [0, 0],
  ])('%d USD per million tokens are %d nano-USD per token', (usd, nano) => {
    const price = { input: usd, cachedInput: usd, output: usd, listed: null }
    expect(toPrice(price)).toEqual({ input: nano, cachedInput: nano, output: nano })
  })
})
