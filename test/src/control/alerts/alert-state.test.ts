import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AlertState, forgetWaits, QUIET, stepAlert } from '../../../../src/control/alerts/alert-state.ts'
import type { Alert } from '../../../../src/table/alert-policy.ts'
import { makeAlert } from './make-alert.ts'

interface Case {
  title: string
  alert?: Partial<Alert>
  /** Seconds → value; null = nothing can be said. */
  samples: readonly (readonly [seconds: number, value: number | null])[]
  /** Seconds → what is told. */
  told: Record<number, string>
}

const CASES: Case[] = [
  {
    title: 'fires once it was beyond its bound for long enough',
    samples: [
      [0, 6],
      [30, 7],
      [59, 6],
      [60, 6],
      [90, 9],
    ],
    told: { 60: 'fires' },
  },
  {
    title: 'fires at once where it need not last',
    alert: { forMs: 0 },
    samples: [
      [0, 5],
      [5, 5.1],
      [10, 9],
    ],
    told: { 5: 'fires' },
  },
  {
    title: 'begins anew when it is within its bound in between',
    samples: [
      [0, 6],
      [50, 5],
      [55, 6],
      [110, 6],
      [115, 6],
    ],
    told: { 115: 'fires' },
  },
  {
    title: 'begins anew when nothing can be said in between',
    samples: [
      [0, 6],
      [50, null],
      [55, 6],
      [110, 6],
    ],
    told: {},
  },
  {
    title: 'never fires for what nobody knows',
    alert: { forMs: 0 },
    samples: [
      [0, null],
      [600, null],
    ],
    told: {},
  },
  {
    title: 'is over only at its lower bound, for long enough',
    alert: { forMs: 0 },
    samples: [
      [0, 6],
      [10, 4],
      [600, 4],
      [700, 2],
      [999, 1],
      [1000, 2],
      [1100, 4],
      [1101, 6],
    ],
    told: { 0: 'fires', 1000: 'is-over', 1101: 'fires' },
  },
  {
    title: 'is not over when it comes back in between',
    alert: { forMs: 0 },
    samples: [
      [0, 6],
      [10, 0],
      [200, 4],
      [300, 0],
      [310, 0],
      [600, 0],
    ],
    told: { 0: 'fires', 600: 'is-over' },
  },
  {
    title: 'is over at once where it need not be well for long',
    alert: { forMs: 0, clearsAfterMs: 0 },
    samples: [
      [0, 6],
      [5, 3],
      [10, 2],
      [15, 6],
    ],
    told: { 0: 'fires', 10: 'is-over', 15: 'fires' },
  },
  {
    title: 'is over a minute after nothing can be said any more, at the soonest',
    alert: { forMs: 0, clearsAfterMs: 0 },
    samples: [
      [0, 6],
      [5, null],
      [60, null],
      [65, null],
    ],
    told: { 0: 'fires', 65: 'is-over' },
  },
  {
    title: 'is not over by a moment in which nothing can be said',
    alert: { forMs: 0, clearsAfterMs: 0 },
    samples: [
      [0, 6],
      [5, null],
      [10, 6],
      [64, null],
      [70, null],
    ],
    told: { 0: 'fires' },
  },
  {
    title: 'is told again while it goes on, and not while it is about to be over',
    alert: { forMs: 0, repeatMs: 100_000 },
    samples: [
      [0, 6],
      [99, 6],
      [100, 6],
      [150, 6],
      [200, 6],
      [250, 1],
      [400, 1],
      [450, 6],
    ],
    told: { 0: 'fires', 100: 'still-fires', 200: 'still-fires', 450: 'still-fires' },
  },
  {
    title: 'fires below its bound where that is its side',
    alert: { forMs: 0, clearsAfterMs: 0, side: 'below', bound: 20, clearsAt: 30 },
    samples: [
      [0, 20],
      [5, 19],
      [10, 25],
      [15, 30],
      [20, 100],
    ],
    told: { 5: 'fires', 15: 'is-over' },
  },
]

function tell({ alert, samples }: Case): Record<number, string> {
  let state: AlertState = QUIET
  const told: Record<number, string> = {}
  for (const [seconds, value] of samples) {
    const step = stepAlert(state, { alert: makeAlert(alert), value, now: seconds * 1000 })
    state = step.state
    if (step.event !== null) told[seconds] = step.event
  }
  return told
}

describe('stepAlert', () => {
  it.each(CASES)('$title', (one) => {
    expect(tell(one)).toEqual(one.told)
  })
})

describe('whatever comes', () => {
  const sample = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.option(fc.integer({ min: 0, max: 10 })))

  it('what fires is over before it fires again, and is never told more often than its times allow', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 60 }), (samples) => {
        const alert = makeAlert({ forMs: 30_000, clearsAfterMs: 60_000, repeatMs: 120_000 })
        let state: AlertState = QUIET
        let now = 0
        const told: [event: string, at: number][] = []
        for (const [seconds, value] of samples) {
          now += seconds * 1000
          const step = stepAlert(state, { alert, value, now })
          state = step.state
          if (step.event !== null) told.push([step.event, now])
        }
        for (const [i, [event, at]] of told.entries()) {
          const [before, beforeAt] = told[i - 1] ?? ['is-over', Number.NEGATIVE_INFINITY]
          expect(event === 'fires').toBe(before === 'is-over')
          if (event === 'fires') expect(at - beforeAt).toBeGreaterThanOrEqual(alert.forMs)
          if (event === 'still-fires') expect(at - beforeAt).toBeGreaterThanOrEqual(120_000)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('a clock that was set back', () => {
  const HOUR = 3_600_000
  it.each<[string, Partial<Alert>, AlertState, number, string]>([
    ['does not keep an alert from firing', { forMs: 10_000 }, { kind: 'pending', since: HOUR }, 9, 'fires'],
    [
      'nor from being told again',
      { repeatMs: 10_000 },
      { kind: 'firing', since: HOUR, toldAt: HOUR, wellSince: null },
      9,
      'still-fires',
    ],
    [
      'nor from being over',
      { clearsAfterMs: 10_000 },
      { kind: 'firing', since: HOUR, toldAt: HOUR, wellSince: HOUR },
      0,
      'is-over',
    ],
  ])('%s', (_, fields, before, value, event) => {
    const alert = makeAlert({ bound: 5, clearsAt: 5, ...fields })
    const first = stepAlert(before, { alert, value, now: 1000 })
    expect(first.event).toBeNull()
    expect(stepAlert(first.state, { alert, value, now: 11_000 }).event).toBe(event)
  })
})

describe('forgetWaits', () => {
  it('lets nothing become due by a time in which nobody looked', () => {
    expect(forgetWaits({ kind: 'pending', since: 5 })).toEqual(QUIET)
    expect(forgetWaits({ kind: 'firing', since: 5, toldAt: 6, wellSince: 7 })).toEqual({
      kind: 'firing',
      since: 5,
      toldAt: 6,
      wellSince: null,
    })
  })
})
