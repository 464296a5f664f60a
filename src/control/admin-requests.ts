/**
 * The admin API's routes for the requests of the last thirty days: page through them, look at one, sum them up.
 * `GET /admin/requests?client=crew&status=429&since=1h&limit=50&before=…`, `GET /admin/requests/{id}`,
 * `GET /admin/requests/{id}/trace`, `GET /admin/aggregates?by=model&step=60&since=1h`.
 */
import { Hono } from 'hono'
import { GatewayError } from '../errors.ts'
import {
  AGGREGATE_GROUPS,
  type AggregateQuery,
  type AggregateReport,
  type AggregateRow,
  type HistoryEntry,
  type HistoryFilter,
  type HistoryPage,
  type HistoryQuery,
  type TraceReport,
} from '../table/history.ts'
import { momentIn, oneOf, type QueryField, wholeNumberIn } from './query-fields.ts'

/** Each rejects with an Error for people when the database does not answer. */
export interface HistoryControl {
  timeZone: () => string
  page: (query: HistoryQuery) => Promise<HistoryPage>
  find: (id: string) => Promise<HistoryEntry | null>
  trace: (id: string) => Promise<TraceReport | null>
  aggregate: (query: AggregateQuery) => Promise<AggregateRow[]>
}

const DAY_MS = 24 * 3_600_000
const PAGE = 50
const LARGEST_PAGE = 1000
const SHORTEST_STEP_S = 1
const LONGEST_STEP_S = 30 * 24 * 3600
/** More slices than this nobody draws. */
const MOST_SLICES = 10_000

export function adminRequests(history: HistoryControl): Hono {
  const app = new Hono()
  app.get('/', async ({ req, json }) => {
    const query = (name: string): string | undefined => req.query(name)
    const before = wholeNumberIn(query, 'before', { from: 1, to: Number.MAX_SAFE_INTEGER })
    const limit = wholeNumberIn(query, 'limit', { from: 1, to: LARGEST_PAGE }) ?? PAGE
    return json(await history.page({ filter: filterIn(query, history.timeZone()), before, limit }))
  })
  app.get('/:id', async ({ req, json }) => {
    const entry = await history.find(req.param('id'))
    if (entry === null) throw unknownRequest()
    return json(entry)
  })
  app.get('/:id/trace', async ({ req, json }) => {
    const report = await history.trace(req.param('id'))
    if (report === null) throw unknownRequest()
    return json(report)
  })
  return app
}

function unknownRequest(): GatewayError {
  return new GatewayError('not_found', 'no request of that id, or correlation id, in the last 30 days')
}

export function adminAggregates(history: HistoryControl): Hono {
  const app = new Hono()
  app.get('/', async ({ req, json }) => {
    const query = (name: string): string | undefined => req.query(name)
    const found = filterIn(query, history.timeZone())
    const now = Date.now()
    const filter = { ...found, since: found.since ?? now - DAY_MS, until: found.until ?? now + 1 }
    const seconds = wholeNumberIn(query, 'step', { from: SHORTEST_STEP_S, to: LONGEST_STEP_S })
    const step = seconds === null ? null : seconds * 1000
    if (step !== null && (filter.until - filter.since) / step > MOST_SLICES) {
      throw new GatewayError('invalid_field', `that would be more than ${MOST_SLICES} slices`, {
        param: 'step',
      })
    }
    const rows = await history.aggregate({ filter, step, by: oneOf(query, 'by', AGGREGATE_GROUPS) })
    const report: AggregateReport = { since: filter.since, until: filter.until, step: seconds, rows }
    return json(report)
  })
  return app
}

function filterIn(query: QueryField, timeZone: string): HistoryFilter {
  const world = { now: Date.now(), timeZone }
  const failed = oneOf(query, 'failed', ['true', 'false'])
  return {
    client: query('client') ?? null,
    model: query('model') ?? null,
    backend: query('backend') ?? null,
    rule: query('rule') ?? null,
    variant: query('variant') ?? null,
    status: statusIn(query),
    failed: failed === null ? null : failed === 'true',
    since: momentIn(query, 'since', world),
    until: momentIn(query, 'until', world),
  }
}

/** `429`, or `4xx` for all that begin so. */
function statusIn(query: QueryField): number | null {
  const text = query('status')
  const hundred = /^([1-5])xx$/.exec(text ?? '')?.[1]
  return hundred === undefined ? wholeNumberIn(query, 'status', { from: 100, to: 599 }) : Number(hundred)
}
