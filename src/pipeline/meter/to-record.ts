/** All that is known of a request at its end → what is kept of it. Field by field, so that nothing else comes along. */
import type { Decision } from '../../table/decision.ts'
import type { Facts } from '../../table/facts.ts'
import { resolveName } from '../../table/names.ts'
import type { RequestRecord } from '../../table/request-record.ts'
import type { RouteTable, Surface } from '../../table/route-table.ts'
import type { Booked } from '../../table/usage-book.ts'
import type { Verdict } from '../../table/verdict.ts'
import type { Journey } from '../forward/exchange.ts'
import type { RequestTrace } from '../trace/request-trace.ts'
import { traceContent } from '../trace/trace-content.ts'
import type { Stopwatch } from '../stopwatch.ts'
import type { Spent } from './settle.ts'
import { skippedTargets } from './skipped-targets.ts'

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
  /** Null where nobody looked at it. */
  facts: Facts | null
  /** Null where it did not come so far. */
  decision: Decision | null
  verdict: Verdict | null
  status: number
  error: string | null
  spent: Spent
  /** Null or empty where nobody asks, or it is not said. */
  finish: readonly string[] | null
  /** Null = there is no trace. */
  trace: Pick<RequestTrace, 'links'> | null
  charges: Booked
}

export function toRecord(ended: EndedRequest): RequestRecord {
  const { id, table, facts, decision, startedAt, firstAt, spent } = ended
  const { attempts, target, lost, failures, queuedMs, toldCost } = ended.journey
  const record: RequestRecord = {
    id,
    correlationId: ended.shownId,
    startedAt,
    endedAt: ended.endedAt,
    client: ended.client,
    surface: ended.surface,
    asked: facts === null ? null : askedName(table, facts.model),
    model: decision?.kind === 'route' ? decision.model : null,
    backend: target?.backend ?? null,
    backendModel: target?.model ?? null,
    rule: decision?.rule ?? null,
    digest: table.digest,
    verdict: ended.verdict,
    stream: facts?.stream === true,
    status: ended.status,
    error: ended.error,
    attempts,
    firstTokenMs: firstAt === null ? null : firstAt - startedAt,
    overheadUs: Math.round(ended.stopwatch.ms() * 1000),
    queuedMs,
    usage: spent.usage,
    cost: target?.price == null && toldCost === null ? null : spent.cost,
    charges: ended.charges,
  }
  // Behind the literal: a spread for each costs as much as all that stands in it.
  if (failures !== null) record.failures = failures
  if (facts !== null && decision?.kind === 'route' && mayHaveSkipped(facts, ended.journey)) {
    const skipped = skippedTargets({ table, facts, decision, journey: ended.journey })
    if (skipped.length > 0) record.skipped = skipped
  }
  if (decision !== null && decision.tags.length > 0) record.tags = decision.tags
  if (ended.finish !== null && ended.finish.length > 0) record.finish = ended.finish
  if (decision?.variant !== undefined) record.variant = decision.variant
  if (lost.length > 0) record.lost = lost.length
  return table.trace === undefined ? record : Object.assign(record, tracedBy(ended))
}

function mayHaveSkipped(facts: Facts, { skipped }: Pick<Journey, 'skipped'>): boolean {
  return skipped !== null || facts.unhealthy.length > 0 || facts.modes.length > 0
}

function tracedBy(ended: EndedRequest): Pick<RequestRecord, 'traced' | 'links'> {
  const { trace, journey, facts } = ended
  if (trace === null || facts === null || traceContent({ ...ended, facts }) === 'none') return {}
  const { links } = trace
  const all = journey.joined ? { ...links, joined: true as const } : links
  const traced = (ended.table.trace ?? []).map(({ kind }) => kind)
  return { traced, ...(Object.keys(all).length > 0 && { links: all }) }
}

/** What stands in a wildcard's place is the client's text, and no record keeps that. */
function askedName(table: RouteTable, model: string): string | null {
  const name = resolveName(table, model)
  if (name === undefined) return null
  return name.rest === '' ? model : `${model.slice(0, -name.rest.length)}*`
}
