import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../../src/adapters/sqlite/open-database.ts'
import { createHistory } from '../../../src/state/history.ts'
import { createUsageBook, USAGE_MIGRATIONS } from '../../../src/state/usage-book.ts'
import { ANY_REQUEST, type History, type HistoryFilter } from '../../../src/table/history.ts'
import { packRecords } from '../../../src/table/packed-records.ts'
import type { RequestRecord } from '../../../src/table/request-record.ts'
import { makeRecord, NOON } from '../make-record.ts'

let database: Database
let history: History

beforeEach(() => {
  database = openDatabase(':memory:', USAGE_MIGRATIONS)
  history = createHistory(database)
})

afterEach(() => database.close())

function keep(...records: RequestRecord[]): void {
  createUsageBook(database).keep(packRecords(records))
}

const ids = (filter: Partial<HistoryFilter>): string[] =>
  history
    .page({ filter: { ...ANY_REQUEST, ...filter }, before: null, limit: 100 })
    .entries.map(({ id }) => id)

describe('createHistory', () => {
  it('gives an entry back as it was recorded', () => {
    const record = makeRecord({
      id: 'a',
      failures: [{ backend: 'gpu', model: 'coder', cause: 'timeout', ms: 12 }],
      skipped: [{ backend: 'gaming-pc', model: 'big', why: 'mode', mode: 'gaming' }],
      firstTokenMs: 80,
      rule: 'main/ab',
      variant: 'big',
      finish: ['stop', 'length'],
      tags: ['batch'],
      lost: 2,
      usage: { input: 10, cachedInput: 4, output: 3, source: 'estimate' },
    })
    keep(record)
    const { usage: _, charges: __, lost: ___, ...same } = record
    expect(history.find('a')).toEqual({
      ...same,
      seq: 1,
      lost: 2,
      tokensPerSecond: 4.8,
      inputTokens: 10,
      cachedInputTokens: 4,
      outputTokens: 3,
      estimated: true,
    })
  })

  it('calls no use estimated where there was none', () => {
    const usage = { input: 0, cachedInput: 0, output: 0, source: 'estimate' } as const
    keep(makeRecord({ id: 'a', status: 502, error: 'backend_unreachable', attempts: 2, usage }))
    expect(history.find('a')?.estimated).toBe(false)
  })

  it('finds by the correlation id too, but by its own first', () => {
    keep(
      makeRecord({ id: 'a', correlationId: 'x' }),
      makeRecord({ id: 'x', correlationId: 'y' }),
      makeRecord({ id: 'b', correlationId: 'y' }),
    )
    expect([history.find('x')?.id, history.find('y')?.id, history.find('z')]).toEqual(['x', 'b', null])
  })

  it('pages from the newest to the oldest, whatever comes meanwhile', () => {
    keep(...['a', 'b', 'c', 'd', 'e'].map((id) => makeRecord({ id })))
    const seen: string[][] = []
    let before: number | null = null
    do {
      const page = history.page({ filter: ANY_REQUEST, before, limit: 2 })
      seen.push(page.entries.map(({ id }) => id))
      before = page.next
      keep(makeRecord({ id: `late-${seen.length}` }))
    } while (before !== null)
    expect(seen).toEqual([['e', 'd'], ['c', 'b'], ['a']])
  })

  it.each<{ filter: Partial<HistoryFilter>; found: string[] }>([
    { filter: {}, found: ['d', 'c', 'b', 'a', 'z'] },
    { filter: { client: 'crew' }, found: ['d', 'c', 'a'] },
    { filter: { model: 'big' }, found: ['c'] },
    { filter: { backend: 'cloud' }, found: ['c'] },
    { filter: { rule: 'main/else' }, found: ['b'] },
    { filter: { variant: 'big' }, found: ['c'] },
    { filter: { status: 429 }, found: ['d'] },
    { filter: { status: 4 }, found: ['d'] },
    { filter: { status: 5 }, found: [] },
    { filter: { failed: true }, found: ['d'] },
    { filter: { failed: false, client: 'crew' }, found: ['c', 'a'] },
    { filter: { failed: false, client: 'stopper' }, found: ['z'] },
    { filter: { failed: true, client: 'stopper' }, found: [] },
    { filter: { since: NOON + 1 }, found: ['d', 'c'] },
    { filter: { until: NOON + 1 }, found: ['b', 'a', 'z'] },
    { filter: { client: "' OR 1=1 --" }, found: [] },
  ])('keeps to $filter', ({ filter, found }) => {
    keep(
      makeRecord({ id: 'z', client: 'stopper', error: 'client_gone', startedAt: NOON - 1 }),
      makeRecord({ id: 'a' }),
      makeRecord({ id: 'b', client: 'home', rule: 'main/else' }),
      makeRecord({ id: 'c', model: 'big', variant: 'big', backend: 'cloud', startedAt: NOON + 1 }),
      makeRecord({ id: 'd', status: 429, error: 'rate_limit_exceeded', startedAt: NOON + 2 }),
    )
    expect(ids(filter)).toEqual(found)
  })

  it('sums up slices of time by name, with ranks of durations', () => {
    const at = (id: string, offset: number, ms: number, more: Partial<RequestRecord> = {}): RequestRecord =>
      makeRecord({ id, startedAt: NOON + offset, endedAt: NOON + offset + ms, ...more })
    const fast = Array.from({ length: 20 }, (_, i) =>
      at(`f${i}`, i, i + 1, { firstTokenMs: i < 10 ? i : null }),
    )
    keep(
      ...fast,
      at('g', 5, 7, { model: 'big', variant: 'big', cost: null }),
      at('h', 60_000, 9, { error: 'timeout' }),
    )
    const filter = { ...ANY_REQUEST, since: NOON, until: NOON + 120_000 }
    const row = { failed: 0, cost: 0, firstTokenP50Ms: null, firstTokenP95Ms: null }
    expect(history.aggregate({ filter, step: 60_000, by: 'model' })).toEqual([
      { ...row, at: NOON, name: 'big', requests: 1, inputTokens: 100, outputTokens: 20, p50Ms: 7, p95Ms: 7 },
      {
        at: NOON,
        name: 'fast',
        requests: 20,
        failed: 0,
        inputTokens: 2000,
        outputTokens: 400,
        cost: 20_000_000,
        p50Ms: 10,
        p95Ms: 19,
        firstTokenP50Ms: 4,
        firstTokenP95Ms: 9,
      },
      {
        ...row,
        at: NOON + 60_000,
        name: 'fast',
        requests: 1,
        failed: 1,
        inputTokens: 100,
        outputTokens: 20,
        cost: 1_000_000,
        p50Ms: 9,
        p95Ms: 9,
      },
    ])
    expect(history.aggregate({ filter, step: null, by: null })).toMatchObject([
      { at: NOON, name: null, requests: 22, failed: 1 },
    ])
    expect(history.aggregate({ filter, step: null, by: 'variant' })).toMatchObject([
      { name: null },
      { name: 'big' },
    ])
    expect(history.aggregate({ filter: { ...filter, client: 'nobody' }, step: null, by: null })).toEqual([])
  })
})
