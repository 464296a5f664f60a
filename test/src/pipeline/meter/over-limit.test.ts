import { describe, expect, it } from 'vitest'
import { overLimit } from '../../../../src/pipeline/meter/over-limit.ts'
import { formatReset, tellRateLimits } from '../../../../src/pipeline/meter/rate-limit-headers.ts'
import type { Charge, Standing } from '../../../../src/table/charges.ts'

function rate(key: string, amount: number, count: number): Charge {
  return { kind: 'rate', key, amount, limit: { count, windowMs: 60_000 } }
}
function standing(key: string, limit: number, remaining: number, resetMs = 1000): Standing {
  return { key, limit, remaining, resetMs }
}

/** Headers of an answer that had one before. */
function told(charges: readonly Charge[], standings: readonly Standing[]): Record<string, string> {
  const headers = { 'x-aicc-rule': 'main/first' }
  tellRateLimits(headers, charges, standings)
  return headers
}

const period = { per: 'day', name: '2026-11-21', endsAt: 0 } as const
const never = Number.POSITIVE_INFINITY

describe('what a client over its limit is told', () => {
  it.each([
    {
      charge: rate('client:crew:requests', 1, 60),
      remaining: 0,
      retryAfterMs: 1001,
      retryAfter: '2',
      type: 'requests',
      message:
        'Rate limit reached for client `crew` on requests: limit 60 in 1m0s, used 60, requested 1. Try again in 2s.',
    },
    {
      charge: rate('model:openai/big:tokens', 500, 1000),
      remaining: 100,
      retryAfterMs: 300,
      retryAfter: '1',
      type: 'tokens',
      message:
        'Rate limit reached for model `openai/big` on tokens: limit 1000 in 1m0s, used 900, requested 500. Try again in 300ms.',
    },
    {
      charge: rate('client:crew:tokens', 1500, 1000),
      remaining: 1000,
      retryAfterMs: never,
      retryAfter: null,
      type: 'tokens',
      message: 'Request too large for client `crew` on tokens: limit 1000 in 1m0s, used 0, requested 1500.',
    },
    {
      charge: rate('address:2001:db8:0:1:requests', 1, 60),
      remaining: 0,
      retryAfterMs: 1000,
      retryAfter: '1',
      type: 'requests',
      message:
        'Rate limit reached for this address on requests: limit 60 in 1m0s, used 60, requested 1. Try again in 1s.',
    },
    {
      charge: { kind: 'lease', key: 'client:a:b:concurrent', limit: 2 } as const,
      remaining: 0,
      retryAfterMs: 1000,
      retryAfter: '1',
      type: 'requests',
      message: 'Too many requests at once for client `a:b`: limit 2. Try again in 1s.',
    },
  ])('$message', ({ charge, remaining, retryAfterMs, retryAfter, type, message }) => {
    const standings = [standing(charge.key, 1000, remaining)]
    const error = overLimit([charge], { granted: false, refusedBy: 0, retryAfterMs, standings })
    expect(error.status).toBe(429)
    expect(error.toBody()).toEqual({ error: { message, type, param: null, code: 'rate_limit_exceeded' } })
    expect(error.options.headers?.['retry-after'] ?? null).toBe(retryAfter)
    expect(error.options.headers?.['x-should-retry'] ?? null).toBe(retryAfter === null ? 'false' : null)
  })

  it('has used up its budget', () => {
    const charge = {
      kind: 'budget',
      key: 'client:crew:usd:day',
      amount: 12_345_679,
      limit: 5e9,
      period,
    } as const
    const standings = [standing(charge.key, 5e9, 12_345_678)]
    const error = overLimit([charge], { granted: false, refusedBy: 0, retryAfterMs: 3_600_000, standings })
    expect(error.status).toBe(429)
    expect(error.toBody().error).toEqual({
      message:
        'The budget of client `crew` does not cover this request: limit 5 USD a day, left 0.012345, this request may cost 0.012346.',
      type: 'insufficient_quota',
      param: null,
      code: 'insufficient_quota',
    })
    expect(error.options.headers).toMatchObject({ 'retry-after': '3600', 'x-should-retry': 'false' })

    const none = [standing(charge.key, 5e9, 0)]
    expect(
      overLimit([charge], { granted: false, refusedBy: 0, retryAfterMs: 3_600_000, standings: none }).message,
    ).toContain('`crew` is used up: limit 5 USD a day, left 0,')
  })
})

describe('the headers of limits', () => {
  it('tell of the limit with the least room, each kind for itself', () => {
    const charges = [
      rate('client:a:requests', 1, 60),
      rate('model:b:requests', 1, 5),
      rate('client:a:tokens', 9, 100),
    ]
    const standings = [
      standing('client:a:requests', 60, 50),
      standing('model:b:requests', 5, 4, 61_000),
      standing('client:a:tokens', 100, 91, 12),
    ]
    expect(told(charges, standings)).toEqual({
      'x-aicc-rule': 'main/first',
      'x-ratelimit-limit-requests': '5',
      'x-ratelimit-remaining-requests': '4',
      'x-ratelimit-reset-requests': '1m1s',
      'x-ratelimit-limit-tokens': '100',
      'x-ratelimit-remaining-tokens': '91',
      'x-ratelimit-reset-tokens': '12ms',
    })
  })

  it('say nothing of leases and budgets', () => {
    const charge: Charge = { kind: 'lease', key: 'client:a:concurrent', limit: 2 }
    expect(told([charge], [standing(charge.key, 2, 1)])).toEqual({ 'x-aicc-rule': 'main/first' })
  })

  it.each([
    [0, '0ms'],
    [12.1, '13ms'],
    [999, '999ms'],
    [1000, '1s'],
    [1001, '2s'],
    [59_001, '1m0s'],
    [360_000, '6m0s'],
    [3_600_000, '1h0m0s'],
    [86_399_000, '23h59m59s'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatReset(ms)).toBe(text)
  })
})
