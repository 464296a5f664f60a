import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../../src/adapters/sqlite/open-database.ts'
import { createUsageBook, RECORDS_KEPT_MS, USAGE_MIGRATIONS } from '../../../src/state/usage-book.ts'
import type { Charge } from '../../../src/table/charges.ts'
import { packRecords } from '../../../src/table/packed-records.ts'
import type { UsageQuery } from '../../../src/table/usage-report.ts'
import type { Verdict } from '../../../src/table/verdict.ts'
import { makeRecord, NOON } from '../make-record.ts'

async function newFile(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'aicc-usage-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return join(dir, 'usage.db')
}

function open(path: string): ReturnType<typeof createUsageBook> {
  const database = openDatabase(path, USAGE_MIGRATIONS)
  onTestFinished(() => database.close())
  return createUsageBook(database)
}

const DAY: Charge = {
  kind: 'budget',
  key: 'client:crew:usd:day',
  amount: 9,
  limit: 1000,
  period: { per: 'day', name: '2026-11-21', endsAt: NOON + 12 * 3_600_000 },
}
const PER_MINUTE: Charge = {
  kind: 'rate',
  key: 'client:crew:requests',
  amount: 1,
  limit: { count: 60, windowMs: 60_000 },
}
const LEASE: Charge = { kind: 'lease', key: 'client:crew:concurrent', limit: 4 }

const ALL: UsageQuery = {
  by: 'client',
  since: 0,
  until: Number.MAX_SAFE_INTEGER,
  client: null,
  timeZone: 'UTC',
}

describe('createUsageBook', () => {
  it('books what a request used, once, however often it comes', async () => {
    const book = open(await newFile())
    const charges = [DAY, PER_MINUTE, LEASE].map((charge) => ({ charge, used: 5 }))
    const record = makeRecord({ id: 'a', charges })
    expect(book.keep(packRecords([record, makeRecord({ id: 'b' })]))).toEqual({ seq: 2, fresh: charges })
    expect(book.keep(packRecords([record]))).toEqual({ seq: 2, fresh: [] })
    expect(book.state(NOON + 500)).toEqual({
      seq: 2,
      ledger: {
        rates: { [PER_MINUTE.key]: { level: 5, at: NOON + 500, added: 5, count: 60, windowMs: 60_000 } },
        budgets: { [DAY.key]: { '2026-11-21': { used: 5, endsAt: NOON + 12 * 3_600_000 } } },
      },
    })
  })

  it('keeps what the detectors said, in a file of the version before as well', async () => {
    const path = await newFile()
    openDatabase(path, USAGE_MIGRATIONS.slice(0, 1)).close()
    const verdict: Verdict = {
      labels: { private: ['pii'] },
      counts: { 'pii/card': 1 },
      finds: [
        { detector: 'pii', kind: 'card', label: 'private', where: 'messages[0].content', start: 9, end: 28 },
      ],
      passedOver: [],
      unread: [],
      injection: null,
      complexity: null,
    }
    const database = openDatabase(path, USAGE_MIGRATIONS)
    onTestFinished(() => database.close())
    createUsageBook(database).keep(packRecords([makeRecord({ id: 'a', verdict }), makeRecord({ id: 'b' })]))
    const kept = database.rows('SELECT verdict FROM records ORDER BY id').map((row) => row['verdict'])
    expect(kept).toEqual([JSON.stringify(verdict), null])
  })

  it('hands on neither rates that ran out nor budgets whose period is over', async () => {
    const book = open(await newFile())
    book.keep(
      packRecords([
        makeRecord({ id: 'a', charges: [DAY, PER_MINUTE].map((charge) => ({ charge, used: 5 })) }),
      ]),
    )
    const state = book.state(NOON + 5500)
    expect(state.ledger.rates).toEqual({})
    expect(Object.keys(state.ledger.budgets)).toEqual([DAY.key])
    expect(book.state(NOON + 12 * 3_600_000).ledger.budgets).toEqual({})
  })

  it('keeps nothing of a batch that fails half way', async () => {
    const book = open(await newFile())
    const broken = makeRecord({ id: 'b', client: {} as unknown as string })
    expect(() => book.keep(packRecords([makeRecord({ id: 'a' }), broken]))).toThrow('SQLite parameter')
    expect(book.usage(ALL)).toEqual([])
  })

  it('can still be read when a backend has told of more tokens than there are', async () => {
    const book = open(await newFile())
    const charges = [{ charge: DAY, used: 9e15 }]
    for (const id of ['a', 'b']) book.keep(packRecords([makeRecord({ id, charges })]))
    const { budgets } = book.state(NOON).ledger
    expect(budgets[DAY.key]?.['2026-11-21']?.used).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('knows it all after it was closed and opened again', async () => {
    const path = await newFile()
    const first = openDatabase(path, USAGE_MIGRATIONS)
    createUsageBook(first).keep(packRecords([makeRecord({ id: 'a', charges: [{ charge: DAY, used: 5 }] })]))
    first.close()
    const book = open(path)
    expect(
      book.keep(packRecords([makeRecord({ id: 'a', charges: [{ charge: DAY, used: 5 }] })])).fresh,
    ).toEqual([])
    expect(book.state(NOON).ledger.budgets[DAY.key]?.['2026-11-21']?.used).toBe(5)
  })

  it('forgets records after 30 days and budgets after 400, but never counts back', async () => {
    const book = open(await newFile())
    const old = NOON - RECORDS_KEPT_MS - 1
    book.keep(packRecords([makeRecord({ id: 'a', startedAt: old, charges: [{ charge: DAY, used: 5 }] })]))
    book.keep(packRecords([makeRecord({ id: 'b', startedAt: old })]))
    book.prune(NOON)
    expect(book.usage(ALL)[0]?.requests).toBe(1)
    expect(book.keep(packRecords([makeRecord({ id: 'c' })])).seq).toBe(3)
    book.prune(NOON)
    expect(book.usage(ALL)[0]?.requests).toBe(1)
    expect(book.state(NOON).ledger.budgets).not.toEqual({})
    book.prune(NOON + 401 * 24 * 3_600_000)
    expect(book.state(NOON).ledger.budgets).toEqual({})
  })
})

describe('usage', () => {
  const HOUR = 3_600_000
  const records = [
    makeRecord({ id: '1', client: 'crew', model: 'fast', variant: 'fast', backend: 'gpu', cost: 2_000_000 }),
    makeRecord({
      id: '2',
      client: 'crew',
      model: 'big',
      backend: 'gpu',
      cost: null,
      startedAt: NOON + 11.5 * HOUR,
    }),
    makeRecord({
      id: '3',
      client: 'home',
      model: null,
      backend: null,
      error: 'upstream_timeout',
      status: 504,
      usage: { input: 7, cachedInput: 3, output: 0, source: 'estimate' },
      startedAt: NOON - HOUR,
      cost: 0,
    }),
  ]
  const cases: { name: string; query: Partial<UsageQuery>; expected: [string | null, number, number][] }[] = [
    {
      name: 'by client',
      query: {},
      expected: [
        ['crew', 2, 2e6],
        ['home', 1, 0],
      ],
    },
    {
      name: 'by model',
      query: { by: 'model' },
      expected: [
        [null, 1, 0],
        ['big', 1, 0],
        ['fast', 1, 2e6],
      ],
    },
    {
      name: 'by backend',
      query: { by: 'backend' },
      expected: [
        [null, 1, 0],
        ['gpu', 2, 2e6],
      ],
    },
    {
      name: 'by variant',
      query: { by: 'variant' },
      expected: [
        [null, 2, 0],
        ['fast', 1, 2e6],
      ],
    },
    { name: 'by day', query: { by: 'day' }, expected: [['2026-11-21', 3, 2e6]] },
    {
      name: 'by day where it begins later in UTC',
      query: { by: 'day', timeZone: 'Europe/Berlin' },
      expected: [
        ['2026-11-21', 2, 2e6],
        ['2026-11-22', 1, 0],
      ],
    },
    { name: 'of one client', query: { client: 'home', by: 'day' }, expected: [['2026-11-21', 1, 0]] },
    { name: 'from a moment on', query: { since: NOON }, expected: [['crew', 2, 2e6]] },
    { name: 'before a moment', query: { until: NOON }, expected: [['home', 1, 0]] },
  ]
  it.each(cases)('$name', async ({ query, expected }) => {
    const book = open(await newFile())
    book.keep(packRecords(records))
    const rows = book.usage({ ...ALL, ...query })
    expect(rows.map(({ name, requests, cost }) => [name, requests, cost])).toEqual(expected)
  })

  it('takes what was refused neither for estimated nor for unpriced', async () => {
    const book = open(await newFile())
    const usage = { input: 0, cachedInput: 0, output: 0, source: 'estimate' } as const
    const refused = { model: null, backend: null, backendModel: null, attempts: 0, cost: null, usage }
    book.keep(packRecords([makeRecord({ id: '1', status: 429, error: 'rate_limit_exceeded', ...refused })]))
    expect(book.usage(ALL)).toMatchObject([{ requests: 1, failed: 1, estimated: 0, unpriced: 0 }])
  })

  it('counts a client that hung up apart from what failed', async () => {
    const book = open(await newFile())
    book.keep(
      packRecords([
        makeRecord({ id: '1', status: 499, error: 'client_gone', endedAt: NOON }),
        makeRecord({ id: '2', status: 200, error: 'client_gone', endedAt: NOON + 1 }),
        makeRecord({ id: '3', status: 502, error: 'upstream_error', endedAt: NOON + 2 }),
        makeRecord({ id: '4' }),
      ]),
    )
    const counts = { requests: 4, failed: 1, gone: 2 }
    expect([book.usage(ALL), book.usage({ ...ALL, by: 'day' })]).toMatchObject([[counts], [counts]])
  })

  it('sums tokens, and says what failed, was estimated and has no price', async () => {
    const book = open(await newFile())
    book.keep(packRecords(records))
    expect(book.usage({ ...ALL, by: 'day' })).toEqual([
      {
        name: '2026-11-21',
        requests: 3,
        failed: 1,
        gone: 0,
        inputTokens: 207,
        cachedInputTokens: 3,
        outputTokens: 40,
        estimated: 1,
        cost: 2_000_000,
        unpriced: 1,
      },
    ])
  })
})

describe('openDatabase', () => {
  it('makes a file that only its owner reads', async () => {
    const path = await newFile()
    open(path)
    for (const part of ['', '-wal']) expect((await stat(path + part)).mode & 0o777).toBe(0o600)
  })

  it('moves a damaged file aside and says where it lies', async () => {
    const path = await newFile()
    await writeFile(path, 'no database '.repeat(1000))
    const database = openDatabase(path, USAGE_MIGRATIONS)
    onTestFinished(() => database.close())
    expect(database.damaged).toMatch(/usage\.db\.damaged-2\d{3}-/)
    expect((await stat(database.damaged!)).size).toBe(12_000)
    expect(createUsageBook(database).state(NOON).seq).toBe(0)
  })

  it('refuses a file of a later version, and leaves it as it is', async () => {
    const path = await newFile()
    openDatabase(path, [...USAGE_MIGRATIONS, 'CREATE TABLE later (x)']).close()
    expect(() => openDatabase(path, USAGE_MIGRATIONS)).toThrow('written by a later version of aicc')
    openDatabase(path, [...USAGE_MIGRATIONS, 'CREATE TABLE later (x)']).close()
  })

  it('brings a file of an earlier version up to date, or leaves it as it was', async () => {
    const path = await newFile()
    openDatabase(path, ['CREATE TABLE one (x)']).close()
    expect(() =>
      openDatabase(path, ['CREATE TABLE one (x)', 'CREATE TABLE two (x); CREATE GARBAGE']),
    ).toThrow()
    const database = openDatabase(path, ['CREATE TABLE one (x)', 'CREATE TABLE two (x)'])
    onTestFinished(() => database.close())
    expect(database.run('INSERT INTO two VALUES (1)')).toBe(1)
  })

  it('does not take a file it may not read for a damaged one', async () => {
    const path = await newFile()
    await chmod(join(path, '..'), 0o500)
    onTestFinished(() => chmod(join(path, '..'), 0o700))
    if (process.getuid?.() === 0) expect(() => openDatabase('/proc/none/usage.db', [])).toThrow('ENOENT')
    else expect(() => openDatabase(path, [])).toThrow('EACCES')
  })
})
