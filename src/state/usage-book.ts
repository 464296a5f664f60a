/**
 * What the control process keeps of requests: their records for thirty days, and what they used of limits and budgets.
 * A batch is one transaction; a record that comes twice is booked once.
 */
import type { Sql, SqlRow } from '../ports.ts'
import type { Charge } from '../table/charges.ts'
import {
  bookedCharges,
  type PackedValue,
  RECORD_COLUMNS,
  SINK_BITS,
  unpackRecords,
} from '../table/packed-records.ts'
import { SINK_KINDS } from '../table/trace-policy.ts'
import type { UsageBook } from '../table/usage-book.ts'
import type { UsageGroup, UsageQuery, UsageRow } from '../table/usage-report.ts'
import { FAILED_SQL, GONE_SQL } from './failed-requests.ts'
import { createSqlLedger, LEDGER_TABLES } from './sql-ledger.ts'
import { traceTables } from './trace-outbox.ts'
import { createTraceTexts, TRACE_TEXTS_TABLE } from './trace-texts.ts'
import { waitingTable } from './waiting-table.ts'

export const RECORDS_KEPT_MS: number = 30 * 24 * 3_600_000
/** So many are deleted in one transaction, so that a batch never waits long behind it. */
const PRUNED_AT_ONCE = 5000

/** One entry per version of the file; only ever added to. */
export const USAGE_MIGRATIONS: readonly string[] = [
  `${LEDGER_TABLES}
  CREATE TABLE records (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, correlation_id TEXT NOT NULL,
    started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,
    client TEXT NOT NULL, surface TEXT NOT NULL, asked TEXT, model TEXT, backend TEXT, backend_model TEXT, rule TEXT,
    digest TEXT NOT NULL, stream INTEGER NOT NULL, status INTEGER NOT NULL, error TEXT, attempts INTEGER NOT NULL,
    input INTEGER NOT NULL, cached_input INTEGER NOT NULL, output INTEGER NOT NULL, estimated INTEGER NOT NULL,
    cost INTEGER
  );
  CREATE INDEX records_by_start ON records (started_at);`,
  'ALTER TABLE records ADD COLUMN verdict TEXT',
  'ALTER TABLE records ADD COLUMN lost INTEGER',
  `ALTER TABLE records ADD COLUMN failures TEXT;
  ALTER TABLE records ADD COLUMN first_token_ms INTEGER;
  ALTER TABLE records ADD COLUMN overhead_us INTEGER;
  ALTER TABLE records ADD COLUMN queued_ms INTEGER;
  ALTER TABLE records ADD COLUMN tags TEXT;`,
  `ALTER TABLE records ADD COLUMN traced INTEGER;
  ${traceTables('langfuse')}`,
  traceTables('otlp'),
  TRACE_TEXTS_TABLE,
  'ALTER TABLE records ADD COLUMN links TEXT',
  'ALTER TABLE records ADD COLUMN variant TEXT',
  'ALTER TABLE records ADD COLUMN skipped TEXT',
  'ALTER TABLE records ADD COLUMN finish TEXT',
]

const INSERT = `INSERT OR IGNORE INTO records (${RECORD_COLUMNS.join(', ')})
  VALUES (${RECORD_COLUMNS.map(() => '?').join(', ')})`

/** By the sink's bit: how what is new begins to wait for it. */
const TRACES = SINK_KINDS.map((sink): [number, string] => [
  SINK_BITS[sink],
  `INSERT INTO ${waitingTable(sink)} (seq) SELECT seq FROM records WHERE seq > ? AND traced & ${SINK_BITS[sink]}`,
])

/** Offsets of time zones are multiples of so much, so no day begins within one. */
const SLICE_MS = 15 * 60_000

const GROUPS: Record<UsageGroup, string> = {
  client: 'client',
  model: 'model',
  backend: 'backend',
  variant: 'variant',
  day: `started_at / ${SLICE_MS} * ${SLICE_MS}`,
}

/** Is shown each record that is kept for the first time, once it is. */
export type Observe = (value: (column: (typeof RECORD_COLUMNS)[number]) => PackedValue) => void

export function createUsageBook(sql: Sql, observe: Observe = () => {}): UsageBook {
  const ledger = createSqlLedger(sql)
  const traceTexts = createTraceTexts(sql)
  const lastSeq = (): number => Number(sql.rows('SELECT max(seq) AS seq FROM records')[0]?.['seq'] ?? 0)
  return {
    keep(packed) {
      const { columns, rows, used, charges, texts = [] } = unpackRecords(packed)
      const places = RECORD_COLUMNS.map((name) => columns.indexOf(name))
      const id = columns.indexOf('id')
      const endedAt = columns.indexOf('ended_at')
      const traced = columns.indexOf('traced')
      const kept: (readonly PackedValue[])[] = []
      const booked = sql.atomically(() => {
        const before = lastSeq()
        const sums = new Map<Charge, number>()
        let now = 0
        for (const [i, row] of rows.entries()) {
          if (sql.run(INSERT, ...places.map((place) => row[place] ?? null)) === 0) continue
          kept.push(row)
          now = Math.max(now, Number(row[endedAt]))
          for (const { charge, used: more } of bookedCharges(used[i] ?? [], charges)) {
            sums.set(charge, more + (sums.get(charge) ?? 0))
          }
        }
        const sinks = kept.reduce((bits, row) => bits | Number(row[traced] ?? 0), 0)
        for (const [bit, trace] of TRACES) if (sinks & bit) sql.run(trace, before)
        for (const { row, text } of texts) {
          const values = rows[row]
          if (values === undefined || !kept.includes(values)) continue
          traceTexts.keep(String(values[id]), text, Number(values[endedAt]))
        }
        const fresh = Array.from(sums, ([charge, sum]) => ({ charge, used: sum }))
        ledger.book(fresh, now)
        return { seq: lastSeq(), fresh }
      })
      for (const row of kept) observe((column) => row[places[RECORD_COLUMNS.indexOf(column)] ?? -1] ?? null)
      return booked
    },
    state: (now) => ({ seq: lastSeq(), ledger: ledger.save(now) }),
    usage: (query) => sumUp(sql, query),
    prune(now) {
      const query =
        'DELETE FROM records WHERE seq IN (SELECT seq FROM records WHERE started_at < ? AND seq < ? LIMIT ?)'
      // The last one stays: `seq` counts on from it.
      while (sql.run(query, now - RECORDS_KEPT_MS, lastSeq(), PRUNED_AT_ONCE) === PRUNED_AT_ONCE);
      sql.atomically(() => ledger.prune(now))
      traceTexts.prune(now)
    },
  }
}

function sumUp(sql: Sql, { by, since, until, client, timeZone }: UsageQuery): UsageRow[] {
  const query = `SELECT ${GROUPS[by]} AS name, count(*) AS requests, sum(${FAILED_SQL}) AS failed, sum(${GONE_SQL}) AS gone,
      sum(input) AS input, sum(cached_input) AS cached_input, sum(output) AS output, sum(estimated AND input + output > 0) AS estimated,
      total(cost) AS cost, sum(cost IS NULL AND backend IS NOT NULL) AS unpriced
    FROM records WHERE started_at >= ? AND started_at < ? AND (? IS NULL OR client = ?)
    GROUP BY 1 ORDER BY 1`
  const rows = sql.rows(query, since, until, client, client).map(toUsageRow)
  return by === 'day' ? byDay(rows, timeZone) : rows
}

function toUsageRow(row: SqlRow): UsageRow {
  const name = row['name'] ?? null
  return {
    name: name === null ? null : String(name),
    requests: Number(row['requests']),
    failed: Number(row['failed']),
    gone: Number(row['gone']),
    inputTokens: Number(row['input']),
    cachedInputTokens: Number(row['cached_input']),
    outputTokens: Number(row['output']),
    estimated: Number(row['estimated']),
    cost: Number(row['cost']),
    unpriced: Number(row['unpriced']),
  }
}

/** From rows by slices of time, which come in order. */
function byDay(slices: readonly UsageRow[], timeZone: string): UsageRow[] {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })
  const days = new Map<string, UsageRow>()
  for (const slice of slices) {
    const name = format.format(Number(slice.name))
    const day = days.get(name)
    days.set(name, day === undefined ? { ...slice, name } : add(day, slice))
  }
  return [...days.values()]
}

function add(a: UsageRow, b: UsageRow): UsageRow {
  return {
    name: a.name,
    requests: a.requests + b.requests,
    failed: a.failed + b.failed,
    gone: a.gone + b.gone,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    estimated: a.estimated + b.estimated,
    cost: a.cost + b.cost,
    unpriced: a.unpriced + b.unpriced,
  }
}
