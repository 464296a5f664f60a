/** All that is known of a request at its end → what is kept of it. Field by field, so that nothing else comes along. */
import type { Decision } from '../../table/decision.ts'
import type { Facts } from '../../table/facts.ts'
import { resolveName } from '../../table/names.ts'
import type { RequestRecord } from '../../table/request-record.ts'
import type { RouteTable, Surface } from '../../table/route-table.ts'
import type { Booked } from '../../table/usage-book.ts'
import type { Verdict } from '../../table/verdict.ts'
import type { Journey } from '../forward/exchange.ts'
import { traceContent } from '../trace/trace-content.ts'
import type { Stopwatch } from '../stopwatch.ts'
import type { Spent } from './settle.ts'

export interface EndedRequest {
  table: RouteTable
  client: string
  surface: Surface
  journey: Readonly<Journey>
  stopwatch: Pick<Stopwatch, 'ms'>
  id: string
  /** The correlation id, if it may be shown. */
  shownId: string
  /** Unix ms. */
  startedAt: number
  /** When a stream's first event with content was there; null = none was. */
  firstAt: number | null
  endedAt: number
  facts: Facts
  /** Null where it did not come so far. */
  decision: Decision | null
  verdict: Verdict | null
  status: number
  error: string | null
  spent: Spent
  charges: Booked
}

export function toRecord(ended: EndedRequest): RequestRecord {
  const { id, table, facts, decision, startedAt, firstAt, spent } = ended
  const { attempts, target, lost, failures, queuedMs, toldCost } = ended.journey
  const tags = decision?.tags ?? []
  return {
    id,
    correlationId: ended.shownId,
    startedAt,
    endedAt: ended.endedAt,
    client: ended.client,
    surface: ended.surface,
    asked: askedName(table, facts.model),
    model: decision?.kind === 'route' ? decision.model : null,
    backend: target?.backend ?? null,
    backendModel: target?.model ?? null,
    rule: decision?.rule ?? null,
    digest: table.digest,
    verdict: ended.verdict,
    stream: facts.stream,
    status: ended.status,
    error: ended.error,
    attempts,
    ...(failures !== null && { failures }),
    firstTokenMs: firstAt === null ? null : firstAt - startedAt,
    overheadUs: Math.round(ended.stopwatch.ms() * 1000),
    queuedMs,
    ...(tags.length > 0 && { tags }),
    ...(lost.length > 0 && { lost: lost.length }),
    ...tracedBy(ended),
    usage: spent.usage,
    cost: target?.price == null && toldCost === null ? null : spent.cost,
    charges: ended.charges,
  }
}

function tracedBy(ended: EndedRequest): Pick<RequestRecord, 'traced'> {
  if (traceContent(ended) === 'none') return {}
  return { traced: (ended.table.trace ?? []).map(({ kind }) => kind) }
}

/** What stands in a wildcard's place is the client's text, and no record keeps that. */
function askedName(table: RouteTable, model: string): string | null {
  const name = resolveName(table, model)
  if (name === undefined) return null
  return name.rest === '' ? model : `${model.slice(0, -name.rest.length)}*`
}
