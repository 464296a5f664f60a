/** A row of the table of records → what the history tells of it. */
import type { SqlValue } from '../ports.ts'
import type { HistoryEntry } from '../table/history.ts'
import { RECORD_COLUMNS } from '../table/packed-records.ts'
import type { FailedAttempt, SkippedTarget } from '../table/request-record.ts'
import { tokenRate } from '../table/token-rate.ts'
import type { TraceLinks } from '../table/trace-links.ts'
import type { Verdict } from '../table/verdict.ts'

const COLUMNS = ['seq', ...RECORD_COLUMNS] as const

type Column = (typeof COLUMNS)[number]

/** What to select, in the order of toEntry(). Other columns may follow, from the place `ENTRY_WIDTH` on. */
export const ENTRY_COLUMNS: string = COLUMNS.join(', ')
export const ENTRY_WIDTH: number = COLUMNS.length

/** Where each stands in a row. */
const AT = Object.fromEntries(COLUMNS.map((name, place) => [name, place])) as Record<Column, number>

export function toEntry(row: readonly SqlValue[]): HistoryEntry {
  const startedAt = Number(row[AT.started_at])
  const endedAt = Number(row[AT.ended_at])
  const firstTokenMs = numberOf(row[AT.first_token_ms])
  const inputTokens = Number(row[AT.input])
  const outputTokens = Number(row[AT.output])
  const tokensPerSecond = tokenRate({ startedAt, endedAt, firstTokenMs, outputTokens })
  const [variant, finish] = [row[AT.variant], row[AT.finish]]
  const [skipped, links] = [parsed(row[AT.skipped]), parsed(row[AT.links])]
  return {
    seq: Number(row[AT.seq]),
    id: String(row[AT.id]),
    correlationId: String(row[AT.correlation_id]),
    startedAt,
    endedAt,
    client: String(row[AT.client]),
    surface: String(row[AT.surface]),
    asked: textOf(row[AT.asked]),
    model: textOf(row[AT.model]),
    backend: textOf(row[AT.backend]),
    backendModel: textOf(row[AT.backend_model]),
    rule: textOf(row[AT.rule]),
    ...(typeof variant === 'string' && { variant }),
    digest: String(row[AT.digest]),
    stream: row[AT.stream] === 1,
    status: Number(row[AT.status]),
    error: textOf(row[AT.error]),
    attempts: Number(row[AT.attempts]),
    failures: (parsed(row[AT.failures]) ?? []) as FailedAttempt[],
    ...(typeof finish === 'string' && { finish: finish.split(',') }),
    ...(skipped !== null && { skipped: skipped as SkippedTarget[] }),
    ...(links !== null && { links: links as TraceLinks }),
    firstTokenMs,
    ...(tokensPerSecond !== null && { tokensPerSecond }),
    overheadUs: numberOf(row[AT.overhead_us]),
    queuedMs: numberOf(row[AT.queued_ms]),
    tags: (parsed(row[AT.tags]) ?? []) as string[],
    lost: Number(row[AT.lost] ?? 0),
    inputTokens,
    cachedInputTokens: Number(row[AT.cached_input]),
    outputTokens,
    // Where nothing was used, nothing was estimated.
    estimated: row[AT.estimated] === 1 && inputTokens + outputTokens > 0,
    cost: numberOf(row[AT.cost]),
    verdict: parsed(row[AT.verdict]) as Verdict | null,
  }
}

/** The sinks that were to have a trace of it, as `SINK_BITS`. */
export function sinkBitsOf(row: readonly SqlValue[]): number {
  return Number(row[AT.traced] ?? 0)
}

/** What the gateway itself has written. */
function parsed(value: SqlValue | undefined): unknown {
  return typeof value === 'string' ? JSON.parse(value) : null
}

function textOf(value: SqlValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}

function numberOf(value: SqlValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}
