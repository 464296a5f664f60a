import { describe, expect, it, onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../../../src/adapters/sqlite/open-database.ts'
import {
  createRequestWindows,
  recordsSince,
  type RequestWindows,
} from '../../../src/state/request-windows.ts'
import { createUsageBook, USAGE_MIGRATIONS } from '../../../src/state/usage-book.ts'
import { packRecords } from '../../../src/table/packed-records.ts'
import type { RequestRecord } from '../../../src/table/request-record.ts'
import { makeMeasure } from '../control/alerts/make-alert.ts'
import { makeRecord, NOON } from '../make-record.ts'

interface Rig {
  windows: RequestWindows
  keep: (...records: Partial<RequestRecord>[]) => void
}

function rig(database: Database = open()): Rig {
  const windows = createRequestWindows((since) => recordsSince(database, since))
  const book = createUsageBook(database, windows.observe)
  let count = 0
  return {
    windows,
    keep(...records) {
      const made = records.map((record) =>
        makeRecord({ id: `r${(count += 1)}`, startedAt: NOON, endedAt: NOON, ...record }),
      )
      book.keep(packRecords(made))
    },
  }
}

function open(): Database {
  const database = openDatabase(':memory:', USAGE_MIGRATIONS)
  onTestFinished(() => database.close())
  return database
}

const failed = { status: 502, error: 'backend_error' } as const
const refused = { status: 429, error: 'rate_limit_exceeded' } as const
const stopped = { status: 200, error: 'client_gone' } as const
const broken = { status: 200, error: 'stream_broken' } as const
const took = (ms: number): Partial<RequestRecord> => ({ startedAt: NOON - ms, endedAt: NOON })
const at = (seconds: number): Partial<RequestRecord> => ({
  startedAt: NOON + seconds * 1000,
  endedAt: NOON + seconds * 1000,
})
const failure = (
  backend: string,
  cause: 'connect' | 'request' | 'busy' = 'connect',
): NonNullable<RequestRecord['failures']>[number] => ({
  backend,
  model: 'm',
  cause,
  ms: 1,
})

describe('createRequestWindows', () => {
  const cases = [
    {
      title: 'the share that failed, without what clients were at fault for',
      measure: makeMeasure('error-rate'),
      records: [{}, {}, failed, broken, refused, stopped],
      reading: { value: 50, requests: 4 },
    },
    {
      title: 'nothing with too few requests',
      measure: makeMeasure('error-rate', { atLeast: 3 }),
      records: [{}, failed],
      reading: { value: null, requests: 2 },
    },
    {
      title: 'only requests in its scope, of which all must hold',
      measure: makeMeasure('error-rate', {
        scope: { clients: ['crew'], models: ['big'], rules: ['main/x'] },
      }),
      records: [
        { client: 'crew', model: 'big', rule: 'main/x', ...failed },
        { client: 'crew', model: 'big', rule: 'main/y' },
        { client: 'other', model: 'big', rule: 'main/x' },
        { client: 'crew', model: 'small', asked: 'small', rule: 'main/x' },
        { client: 'crew', model: 'small', asked: 'big', rule: 'main/x' },
      ],
      reading: { value: 50, requests: 2 },
    },
    {
      title: 'of a backend what was tried there, wherever it was answered',
      measure: makeMeasure('error-rate', { scope: { backends: ['gpu'] } }),
      records: [
        { backend: 'gpu' },
        { backend: 'other', failures: [failure('gpu'), failure('gpu')] },
        { backend: 'other', failures: [failure('gpu', 'request'), failure('gpu', 'busy'), failure('third')] },
        { backend: 'gpu', ...broken },
        { backend: 'gpu', failures: [failure('gpu')], ...failed },
        { backend: 'other', ...failed },
      ],
      reading: { value: 80, requests: 5 },
    },
    {
      title: 'the time that 95 of 100 answers take, of those that ended well',
      measure: makeMeasure('p95'),
      records: [...Array.from({ length: 19 }, () => took(1000)), took(60_000), { ...took(9000), ...failed }],
      reading: { value: 1000, requests: 20 },
    },
    {
      title: 'the time to the first token, of streams',
      measure: makeMeasure('first-token'),
      records: [{ firstTokenMs: 40_000 }, { firstTokenMs: null }, { firstTokenMs: 2 }],
      reading: { value: 40_000, requests: 2 },
    },
    {
      title: 'the share of input that caches knew, as backends count it',
      measure: makeMeasure('cache-rate'),
      records: [
        { usage: { input: 300, cachedInput: 100, output: 5, source: 'wire' as const } },
        { usage: { input: 100, cachedInput: 0, output: 5, source: 'wire' as const } },
        { usage: { input: 900, cachedInput: 0, output: 5, source: 'estimate' as const } },
      ],
      reading: { value: 25, requests: 2 },
    },
    {
      title: 'the last while, and not what ended before',
      measure: makeMeasure('error-rate', { overMs: 60_000 }),
      records: [{ ...at(-70), ...failed }, { ...at(-50), ...failed }, at(-40), at(0)],
      reading: { value: 100 / 3, requests: 3 },
    },
  ]

  it.each(cases)('tell $title', ({ measure, records, reading }) => {
    const { windows, keep } = rig()
    windows.read([measure], NOON)
    keep(...records)
    const [found] = windows.read([measure], NOON)
    expect(found?.requests).toBe(reading.requests)
    if (reading.value === null) expect(found?.value).toBeNull()
    else expect(Math.abs((found?.value ?? 0) / reading.value - 1)).toBeLessThan(0.011)
  })

  it.each(cases)('begin from the records that are kept: $title', ({ measure, records, reading }) => {
    const { windows, keep } = rig()
    keep(...records)
    expect(windows.read([measure], NOON)[0]?.requests).toBe(reading.requests)
  })

  it('forget what has gone by', () => {
    const measure = makeMeasure('error-rate', { overMs: 60_000 })
    const { windows, keep } = rig()
    keep(failed)
    expect(windows.read([measure], NOON)[0]).toEqual({ value: 100, requests: 1 })
    expect(windows.read([measure], NOON + 61_000)[0]).toEqual({ value: null, requests: 0 })
    keep(at(65))
    expect(windows.read([measure], NOON + 65_000)[0]).toEqual({ value: 0, requests: 1 })
  })

  it.each([-3600, -90, -30])('go on when the clock is set by %i s', (seconds) => {
    const measure = makeMeasure('error-rate', { overMs: 120_000 })
    const { windows, keep } = rig()
    windows.read([measure], NOON)
    keep({ ...at(-1), ...failed }, { ...at(0), ...failed })
    const now = NOON + seconds * 1000
    windows.read([measure], now)
    keep(at(seconds), at(seconds + 1), at(seconds + 2), at(seconds + 3))
    const [reading] = windows.read([measure], now + 5000)
    // What is a moment ahead may still be true; what is far ahead must not last until then.
    const ahead = seconds < -60 ? 0 : 2
    expect(reading).toEqual({ value: (100 * ahead) / (4 + ahead), requests: 4 + ahead })
  })

  it('count what comes twice once, whatever else is asked meanwhile', () => {
    const { windows, keep } = rig()
    const [rate, times] = [makeMeasure('error-rate'), makeMeasure('p95')]
    keep({ id: 'same', ...failed })
    windows.read([rate], NOON)
    keep({ id: 'same', ...failed }, {})
    expect(windows.read([times, rate], NOON).map(({ requests }) => requests)).toEqual([1, 2])
    expect(windows.read([rate], NOON)[0]).toEqual({ value: 50, requests: 2 })
  })
})
