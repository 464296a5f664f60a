/**
 * What the control process keeps of requests: their records for thirty days, and what they used of limits and budgets.
 * A batch is one transaction; a record that comes twice is booked once.
 */
import type { Sql, SqlRow, SqlValue } from '../ports.ts'
import type { Charge } from '../table/charges.ts'
import type { RequestRecord } from '../table/request-record.ts'
import type { Booked, UsageBook } from '../table/usage-book.ts'
import type { UsageGroup, UsageQuery, UsageRow } from '../table/usage-report.ts'
import { createSqlLedger, LEDGER_TABLES } from './sql-ledger.ts'

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
]

const COLUMNS = {
  id: (r) => r.id,
  correlation_id: (r) => r.correlationId,
  started_at: (r) => r.startedAt,
  ended_at: (r) => r.endedAt,
  client: (r) => r.client,
  surface: (r) => r.surface,
  asked: (r) => r.asked,
  model: (r) => r.model,
  backend: (r) => r.backend,
  backend_model: (r) => r.backendModel,
  rule: (r) => r.rule,
  digest: (r) => r.digest,
  stream: (r) => Number(r.stream),
  status: (r) => r.status,
  error: (r) => r.error,
  attempts: (r) => r.attempts,
  input: (r) => r.usage.input,
  cached_input: (r) => r.usage.cachedInput,
  output: (r) => r.usage.output,
  estimated: (r) => Number(r.usage.source === 'estimate'),
  cost: (r) => r.cost,
  verdict: (r) => r.verdict && JSON.stringify(r.verdict),
} satisfies Record<string, (record: RequestRecord) => SqlValue>

const INSERT = `INSERT OR IGNORE INTO records (${Object.keys(COLUMNS).join(', ')})
  VALUES (${Object.keys(COLUMNS)
    .map(() => '?')
    .join(', ')})`

/** Offsets of time zones are multiples of so much, so no day begins within one. */
const SLICE_MS = 15 * 60_000

const GROUPS: Record<UsageGroup, string> = {
  client: 'client',
  model: 'model',
  backend: 'backend',
  day: `started_at / ${SLICE_MS} * ${SLICE_MS}`,
}

export function createUsageBook(sql: Sql): UsageBook {
  const ledger = createSqlLedger(sql)
  const lastSeq = (): number => Number(sql.rows('SELECT max(seq) AS seq FROM records')[0]?.['seq'] ?? 0)
  return {
    keep: (records) =>
      sql.atomically(() => {
        const fresh = records.filter(
          (record) => sql.run(INSERT, ...Object.values(COLUMNS).map((read) => read(record))) > 0,
        )
        const charges = fresh.flatMap((record) => record.charges)
        ledger.book(sumUpCharges(charges), Math.max(0, ...fresh.map(({ endedAt }) => endedAt)))
        return { seq: lastSeq(), fresh: charges }
      }),
    state: (now) => ({ seq: lastSeq(), ledger: ledger.save(now) }),
    usage: (query) => sumUp(sql, query),
    prune(now) {
      const query =
        'DELETE FROM records WHERE seq IN (SELECT seq FROM records WHERE started_at < ? AND seq < ? LIMIT ?)'
      // The last one stays: `seq` counts on from it.
      while (sql.run(query, now - RECORDS_KEPT_MS, lastSeq(), PRUNED_AT_ONCE) === PRUNED_AT_ONCE);
      sql.atomically(() => ledger.prune(now))
    },
  }
}

/** A batch is a few milliseconds long and mostly about the same few keys: one entry for each. */
function sumUpCharges(booked: Booked): Booked {
  const sums = new Map<string, { charge: Charge; used: number }>()
  for (const { charge, used } of booked) {
    const name = charge.kind === 'budget' ? `${charge.key} ${charge.period.name}` : charge.key
    sums.set(name, { charge, used: used + (sums.get(name)?.used ?? 0) })
  }
  return [...sums.values()]
}

function sumUp(sql: Sql, { by, since, until, client, timeZone }: UsageQuery): UsageRow[] {
  const query = `SELECT ${GROUPS[by]} AS name, count(*) AS requests, sum(error IS NOT NULL) AS failed,
      sum(input) AS input, sum(cached_input) AS cached_input, sum(output) AS output, sum(estimated AND attempts > 0) AS estimated,
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
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    estimated: a.estimated + b.estimated,
    cost: a.cost + b.cost,
    unpriced: a.unpriced + b.unpriced,
  }
}
