import { describe, expect, it } from 'vitest'
import { type AlertSources, readSamples } from '../../../../src/control/alerts/read-samples.ts'
import type { Alert, AlertMeasure } from '../../../../src/table/alert-policy.ts'
import { makeAlert, makeMeasure } from './make-alert.ts'

const NOW = 1_000_000

/** Every source that is asked without being needed fails the test. */
const NOBODY: AlertSources = {
  windows: () => Promise.reject(new Error('asked')),
  held: () => Promise.reject(new Error('asked')),
  probes: () => ({}),
  budgets: () => Promise.reject(new Error('asked')),
  oldestTraces: () => Promise.reject(new Error('asked')),
}

async function samplesOf(
  measures: Record<string, AlertMeasure>,
  sources: Partial<AlertSources>,
): Promise<unknown> {
  const watch = Object.entries(measures).map(([name, measure]): [string, Alert] => [
    name,
    makeAlert({ measure }),
  ])
  const all = await readSamples(
    { receivers: {}, watch: Object.fromEntries(watch) },
    { ...NOBODY, ...sources },
    NOW,
  )
  return Object.fromEntries(all)
}

describe('readSamples', () => {
  it('asks for all windows at once', async () => {
    const asked: unknown[] = []
    const [errors, times] = [makeMeasure('error-rate'), makeMeasure('p95')]
    const found = await samplesOf(
      { errors, ages: { kind: 'trace-age' }, times },
      {
        windows: (measures, now) => {
          asked.push([measures, now])
          return Promise.resolve([
            { value: 3, requests: 30 },
            { value: null, requests: 2 },
          ])
        },
        oldestTraces: () => Promise.resolve([NOW - 5000, null, NOW - 9000]),
      },
    )
    expect(asked).toEqual([[[errors, times], NOW]])
    expect(found).toEqual({
      errors: [{ about: null, value: 3, requests: 30 }],
      ages: [{ about: null, value: 9000 }],
      times: [{ about: null, value: null, requests: 2 }],
    })
  })

  const down: AlertMeasure = { kind: 'backend-down', backends: ['a'] }
  it.each([
    ['down', [], 1],
    ['up', [], 0],
    ['up', ['a'], 1],
    ['up', ['a/model', 'b'], 0],
    ['up', null, 0],
    ['unknown', [], null],
    ['unknown', ['a'], 1],
    [undefined, [], 0],
    [undefined, ['a'], 1],
    [undefined, null, null],
  ] as const)('a backend that is probed %s and held %j is %s', async (state, held, value) => {
    const sources: Partial<AlertSources> = {
      probes: () => (state === undefined ? {} : { a: { state } }),
      held: () => (held === null ? Promise.reject(new Error('no edge')) : Promise.resolve(held)),
    }
    expect(await samplesOf({ down }, sources)).toEqual({ down: [{ about: 'a', value }] })
  })

  const standing = (
    client: string,
    per: 'day' | 'month',
    used: number,
  ): Awaited<ReturnType<AlertSources['budgets']>>[number] => ({
    client,
    per,
    period: '2026-11',
    limit: 200,
    used,
    left: 0,
  })

  it('has a sample for each budget of the clients that are meant', async () => {
    const money: AlertMeasure = { kind: 'budget', clients: ['a', 'b'] }
    const budgets = (): ReturnType<AlertSources['budgets']> =>
      Promise.resolve([standing('a', 'day', 50), standing('a', 'month', 190), standing('c', 'day', 200)])
    expect(await samplesOf({ money }, { budgets })).toEqual({
      money: [
        { about: 'a/day', value: 25 },
        { about: 'a/month', value: 95 },
      ],
    })
  })

  it('says nothing where nobody answers', async () => {
    const found = await samplesOf(
      {
        errors: makeMeasure('error-rate'),
        money: { kind: 'budget', clients: ['a'] },
        age: { kind: 'trace-age' },
      },
      {},
    )
    expect(found).toEqual({
      errors: [{ about: null, value: null }],
      money: [],
      age: [{ about: null, value: null }],
    })
  })
})
