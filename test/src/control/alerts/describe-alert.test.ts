import { describe, expect, it } from 'vitest'
import {
  describeNews,
  describeSample,
  describeStanding,
} from '../../../../src/control/alerts/describe-alert.ts'
import type { AlertState } from '../../../../src/control/alerts/alert-state.ts'
import { makeAlert, makeMeasure } from './make-alert.ts'

const scope = { clients: ['crew'], models: ['fast', 'big'], backends: ['gpu'], rules: ['main/x'] }
const down = makeAlert({ measure: { kind: 'backend-down', backends: ['gpu'] }, bound: 0, clearsAt: 0 })
const money = makeAlert({ measure: { kind: 'budget', clients: ['crew'] }, bound: 90 })
const age = makeAlert({ measure: { kind: 'trace-age' }, bound: 600_000 })

describe('describeSample', () => {
  it.each([
    [
      makeAlert(),
      { value: 12.345, requests: 340 },
      '12.3 % failed of 340 requests within 5 min (bound above 5 %)',
    ],
    [makeAlert(), { value: null, requests: 3 }, 'too little to say of 3 requests within 5 min'],
    [
      makeAlert({ measure: makeMeasure('p95', { scope }), bound: 20_000 }),
      { value: 41_234, requests: 9 },
      'p95 is 41.2 s over 9 requests within 5 min, client `crew`, model `fast` or `big`, backend `gpu`, rule `main/x` (bound above 20 s)',
    ],
    [
      makeAlert({ measure: makeMeasure('first-token', { overMs: 7_500_000 }), bound: 500 }),
      { value: 900, requests: 9 },
      'p95 to the first token is 900 ms over 9 requests within 2 h 5 min (bound above 500 ms)',
    ],
    [
      makeAlert({ measure: makeMeasure('cache-rate'), side: 'below', bound: 20 }),
      { value: 7, requests: 50 },
      '7 % of the input came from caches, over 50 requests within 5 min (bound below 20 %)',
    ],
    [down, { about: 'gpu', value: 1 }, 'backend `gpu` is down'],
    [down, { about: 'gpu', value: 0 }, 'backend `gpu` is up'],
    [down, { about: 'gpu', value: null }, 'nobody knows whether backend `gpu` is down'],
    [
      money,
      { about: 'crew/day', value: 93.04 },
      'client `crew` has used 93 % of the budget of its day (bound 90 %)',
    ],
    [
      money,
      { about: 'crew/day', value: null },
      'client `crew` has used an unknown part of the budget of its day (bound 90 %)',
    ],
    [age, { value: 1_320_000 }, 'the oldest trace has waited for 22 min (bound 10 min)'],
    [age, { value: null }, 'nobody knows how long traces have waited'],
  ])('%#: %o', (alert, sample, text) => {
    expect(describeSample(alert, { about: null, ...sample })).toBe(text)
  })
})

describe('describeStanding', () => {
  const since = Date.parse('2026-11-21T12:00:00Z')
  const firing = (wellSince: number | null): AlertState => ({
    kind: 'firing',
    since,
    toldAt: since,
    wellSince,
  })

  it.each<[string, AlertState, number | null, string]>([
    ['quiet', { kind: 'quiet' }, 0, 'backend `gpu` is up'],
    ['firing', firing(null), 1, 'backend `gpu` is down'],
    ['well again', firing(since + 60_000), 0, 'backend `gpu` is up; over in 3 min if it stays so'],
    [
      'unknown',
      firing(since),
      null,
      'nobody knows whether backend `gpu` is down; over in 2 min if it stays so',
    ],
  ])('%s', (_, state, value, text) => {
    const sample = { about: 'gpu', value }
    expect(describeStanding(down, { sample, state, now: since + 180_000 })).toBe(text)
  })
})

describe('describeNews', () => {
  const now = Date.parse('2026-11-21T12:05:00Z')
  const news = {
    name: 'gpu-down',
    alert: down,
    sample: { about: 'gpu', value: 1 },
    since: now - 90_000,
    until: now,
  }

  it.each([
    ['fires', 'FIRING `gpu-down`: backend `gpu` is down; since 12:03:30 UTC'],
    ['still-fires', 'STILL FIRING `gpu-down`: backend `gpu` is down; for 90 s'],
  ] as const)('%s', (event, text) => {
    expect(describeNews({ ...news, event })).toBe(text)
  })

  it('is-over', () => {
    const well = { ...news, event: 'is-over', sample: { about: 'gpu', value: 0 } } as const
    expect(describeNews(well)).toBe('OVER `gpu-down`: backend `gpu` is up; it lasted 90 s')
  })
})
