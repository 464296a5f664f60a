import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/adapters/sqlite/open-database.ts'
import { createUsageBook, USAGE_MIGRATIONS } from '../../../src/state/usage-book.ts'
import type { Charge } from '../../../src/table/charges.ts'
import { finishedIn, packRecords, unpackRecords } from '../../../src/table/packed-records.ts'
import type { RequestRecord } from '../../../src/table/request-record.ts'
import { makeRecord, NOON } from '../make-record.ts'

const RATE: Charge = { kind: 'rate', key: 'client:crew:tokens', amount: 9, limit: { count: 9, windowMs: 1 } }
const DAY: Charge = {
  kind: 'budget',
  key: 'client:crew:usd',
  amount: 1,
  limit: 9,
  period: { per: 'day', name: '2026-11-21', endsAt: NOON },
}
const NEXT_DAY: Charge = { ...DAY, period: { ...DAY.period, name: '2026-11-22' } }

/** Every field differs from every other, so that none can take another's place. */
const FULL: RequestRecord = {
  id: 'r-id',
  correlationId: 'r-correlation',
  startedAt: NOON,
  endedAt: NOON + 7,
  client: 'r-client',
  surface: 'embeddings',
  asked: 'r-asked',
  model: 'r-model',
  backend: 'r-backend',
  backendModel: 'r-backend-model',
  rule: 'r/rule',
  variant: 'r-variant',
  digest: 'r-digest',
  verdict: {
    labels: {},
    counts: {},
    finds: [],
    passedOver: [],
    unread: ['size'],
    injection: null,
    complexity: null,
  },
  stream: true,
  status: 207,
  error: 'r-error',
  attempts: 3,
  failures: [{ backend: 'r-failed', model: 'r-failed-model', cause: 'busy', ms: 105 }],
  skipped: [{ backend: 'r-skipped', model: 'r-skipped-model', why: 'mode', mode: 'r-mode' }],
  firstTokenMs: 106,
  overheadUs: 107,
  queuedMs: 108,
  tags: ['r-tag'],
  lost: 2,
  traced: ['langfuse', 'otlp'],
  links: { session: 'r-session' },
  finish: ['stop', 'length'],
  usage: { input: 101, cachedInput: 102, output: 103, source: 'estimate' },
  cost: 104,
  charges: [],
}

/** The row that a pack becomes. */
function written(packed: string): Record<string, unknown> | undefined {
  const database = openDatabase(':memory:', USAGE_MIGRATIONS)
  try {
    createUsageBook(database).keep(packed)
    return { ...database.rows('SELECT * FROM records')[0] }
  } finally {
    database.close()
  }
}

const ROW = {
  seq: 1,
  id: 'r-id',
  correlation_id: 'r-correlation',
  started_at: NOON,
  ended_at: NOON + 7,
  client: 'r-client',
  surface: 'embeddings',
  asked: 'r-asked',
  model: 'r-model',
  backend: 'r-backend',
  backend_model: 'r-backend-model',
  rule: 'r/rule',
  digest: 'r-digest',
  stream: 1,
  status: 207,
  error: 'r-error',
  attempts: 3,
  input: 101,
  cached_input: 102,
  output: 103,
  estimated: 1,
  cost: 104,
  lost: 2,
  verdict: JSON.stringify(FULL.verdict),
  failures: JSON.stringify(FULL.failures),
  skipped: JSON.stringify(FULL.skipped),
  first_token_ms: 106,
  overhead_us: 107,
  queued_ms: 108,
  tags: '["r-tag"]',
  traced: 3,
  links: '{"session":"r-session"}',
  variant: 'r-variant',
  finish: 'stop,length',
}

describe('packRecords', () => {
  it('brings each field into its column', () => {
    expect(written(packRecords([FULL]))).toEqual(ROW)
  })

  it('is read by the names of columns: their order may change, and some may be unknown', () => {
    const packed = unpackRecords(packRecords([FULL]))
    const turned = {
      ...packed,
      columns: [...packed.columns, 'of-tomorrow'].toReversed(),
      rows: packed.rows.map((row) => [...row, 'what'].toReversed()),
    }
    expect(written(JSON.stringify(turned))).toEqual(ROW)
  })

  it('tells each charge once, a budget by its period', () => {
    const charges = [RATE, DAY, { ...RATE, amount: 4 }].map((charge, i) => ({ charge, used: i }))
    const records = [
      makeRecord({ id: 'a', charges: charges.slice(0, 2) }),
      makeRecord({ id: 'b', charges: [{ charge: NEXT_DAY, used: 5 }, charges[2] ?? charges[0]!] }),
    ]
    expect(unpackRecords(packRecords(records))).toMatchObject({
      charges: [RATE, DAY, NEXT_DAY],
      used: [
        [0, 0, 1, 1],
        [2, 5, 0, 2],
      ],
    })
  })
})

describe('finishedIn', () => {
  it('finds all reservations again, of other places too', () => {
    const own = [
      { charge: RATE, used: 3 },
      { charge: DAY, used: 4 },
    ]
    const other = { charge: RATE, used: 1 }
    const records = [
      makeRecord({ id: 'a', charges: own }),
      makeRecord({ id: 'b', charges: [own[0]!, { ...other, reservation: 'b/2' }, own[1]!] }),
      makeRecord({ id: 'c' }),
    ]
    expect(finishedIn(packRecords(records))).toEqual([
      { id: 'a', charges: own },
      { id: 'b', charges: own },
      { id: 'b/2', charges: [other] },
      { id: 'c', charges: [] },
    ])
  })
})
