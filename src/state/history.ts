/** Looks through the records that are kept. All of it is one query each, over an index of time or the primary key. */
import type { Sql, SqlValue } from '../ports.ts'
import type {
  AggregateGroup,
  AggregateQuery,
  AggregateRow,
  History,
  HistoryFilter,
  SinkTrace,
} from '../table/history.ts'
import { DROPPED_BITS, SINK_BITS } from '../table/packed-records.ts'
import { traceIds } from '../table/trace-ids.ts'
import { SINK_KINDS, type SinkKind } from '../table/trace-policy.ts'
import { FAILED_SQL } from './failed-requests.ts'
import { ENTRY_COLUMNS, sinkBitsOf, toEntry } from './history-entry.ts'
import { deadTable, waitingTable } from './waiting-table.ts'

export function createHistory(sql: Sql): History {
  return {
    page({ filter, before, limit }) {
      const { where, values } = conditions(filter)
      // One more than wanted tells whether there are others.
      const rows = sql.tuples(
        `SELECT ${ENTRY_COLUMNS} FROM records WHERE (? IS NULL OR seq < ?) ${where} ORDER BY seq DESC LIMIT ?`,
        before,
        before,
        ...values,
        limit + 1,
      )
      const entries = rows.slice(0, limit).map(toEntry)
      return { entries, next: rows.length > limit ? (entries.at(-1)?.seq ?? null) : null }
    },
    find(id) {
      const row = findRow(sql, id)
      return row === undefined ? null : toEntry(row)
    },
    trace(id) {
      const row = findRow(sql, id)
      if (row === undefined) return null
      const request = toEntry(row)
      const bits = sinkBitsOf(row)
      const kinds = SINK_KINDS.filter((sink) => (bits & SINK_BITS[sink]) !== 0)
      const { traceId } = traceIds(request.id, request.links?.parent)
      return {
        request,
        traceId,
        sinks: kinds.map((sink) => sinkTrace(sql, sink, { seq: request.seq, bits })),
      }
    },
    aggregate: (query) => aggregate(sql, query),
  }
}

function findRow(sql: Sql, id: string): SqlValue[] | undefined {
  const query = `SELECT ${ENTRY_COLUMNS} FROM records WHERE id = ? OR correlation_id = ?
    ORDER BY id = ? DESC, seq DESC LIMIT 1`
  return sql.tuples(query, id, id, id)[0]
}

/** @param bits `SINK_BITS` and `DROPPED_BITS` of its record */
function sinkTrace(sql: Sql, sink: SinkKind, { seq, bits }: { seq: number; bits: number }): SinkTrace {
  const [waiting] = sql.rows(`SELECT refusals FROM ${waitingTable(sink)} WHERE seq = ?`, seq)
  if (waiting !== undefined) {
    return { sink, state: 'waiting', refusals: Number(waiting['refusals']), why: null }
  }
  const [dead] = sql.rows(`SELECT why FROM ${deadTable(sink)} WHERE seq = ?`, seq)
  if (dead !== undefined) return { sink, state: 'given-up', refusals: 0, why: String(dead['why']) }
  const isDropped = (bits & DROPPED_BITS[sink]) !== 0
  return { sink, state: isDropped ? 'dropped' : 'sent', refusals: 0, why: null }
}

const EQUALS = {
  client: 'client',
  model: 'model',
  backend: 'backend',
  rule: 'rule',
  variant: 'variant',
} as const

/** Each condition begins with AND. */
function conditions(filter: HistoryFilter): { where: string; values: SqlValue[] } {
  const parts: string[] = []
  const values: SqlValue[] = []
  const add = (part: string, ...more: SqlValue[]): void => {
    parts.push(`AND ${part}`)
    values.push(...more)
  }
  for (const [key, column] of Object.entries(EQUALS)) {
    const value = filter[key as keyof typeof EQUALS]
    if (value !== null) add(`${column} = ?`, value)
  }
  const { status, failed, since, until } = filter
  if (status !== null && status < 10) add('status BETWEEN ? AND ?', status * 100, status * 100 + 99)
  else if (status !== null) add('status = ?', status)
  if (failed !== null) add(failed ? FAILED_SQL : `NOT ${FAILED_SQL}`)
  if (since !== null) add('started_at >= ?', since)
  if (until !== null) add('started_at < ?', until)
  return { where: parts.join(' '), values }
}

const GROUPS: Record<AggregateGroup, string> = {
  client: 'client',
  model: 'model',
  backend: 'backend',
  status: 'status',
  error: 'error',
  rule: 'rule',
  variant: 'variant',
}

/** By rank: of n in order, the one at `percent` of 100, counted from 1 and rounded up. */
function atRank(
  percent: number,
  { value, rank, count }: { value: string; rank: string; count: string },
): string {
  return `max(CASE WHEN ${rank} = (${count} * ${percent} + 99) / 100 THEN ${value} END)`
}

function aggregate(sql: Sql, { filter, step, by }: AggregateQuery): AggregateRow[] {
  const { where, values } = conditions(filter)
  // A number of JavaScript's is bound as REAL, and would not divide as whole numbers do.
  const whole = 'CAST(? AS INTEGER)'
  const slice = step === null ? '0' : `(started_at - ${whole}) / ${whole} * ${whole}`
  const sliceValues = step === null ? [] : [filter.since, step, step]
  const took = { value: 'whole', rank: 'place', count: 'together' }
  const first = { value: 'first_token_ms', rank: 'first_place', count: 'first_together' }
  // Where there is no first token it counts for no rank: NULLs stand behind all others and are not counted.
  const rows = sql.rows(
    `WITH seen AS (
       SELECT ${slice} AS slice, ${by === null ? 'NULL' : GROUPS[by]} AS name,
         ended_at - started_at AS whole, first_token_ms, error, input, output, cost
       FROM records WHERE TRUE ${where}
     ), ranked AS (
       SELECT *, row_number() OVER (PARTITION BY slice, name ORDER BY whole) AS place,
         count(*) OVER (PARTITION BY slice, name) AS together,
         row_number() OVER (PARTITION BY slice, name ORDER BY first_token_ms NULLS LAST) AS first_place,
         count(first_token_ms) OVER (PARTITION BY slice, name) AS first_together
       FROM seen
     )
     SELECT slice, name, count(*) AS requests, sum(${FAILED_SQL}) AS failed, sum(input) AS input,
       sum(output) AS output, total(cost) AS cost, ${atRank(50, took)} AS p50, ${atRank(95, took)} AS p95,
       ${atRank(50, first)} AS first_p50, ${atRank(95, first)} AS first_p95
     FROM ranked GROUP BY slice, name ORDER BY slice, name`,
    ...sliceValues,
    ...values,
  )
  return rows.map((row) => ({
    at: filter.since + Number(row['slice']),
    name: textOf(row['name']),
    requests: Number(row['requests']),
    failed: Number(row['failed']),
    inputTokens: Number(row['input']),
    outputTokens: Number(row['output']),
    cost: Number(row['cost']),
    p50Ms: Number(row['p50']),
    p95Ms: Number(row['p95']),
    firstTokenP50Ms: numberOf(row['first_p50']),
    firstTokenP95Ms: numberOf(row['first_p95']),
  }))
}

function textOf(value: SqlValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}

function numberOf(value: SqlValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}
