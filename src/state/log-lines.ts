/** Makes lines of the log: one of each record that is kept, and one of each event. */
import type { PackedValue, RECORD_COLUMNS } from '../table/packed-records.ts'
import type { EventLine, LogLevel, RequestLine } from '../table/log-line.ts'
import { isGone } from './failed-requests.ts'

type Column = (typeof RECORD_COLUMNS)[number]

/** What edges say of themselves does not tell its level: what is worse than it was handed on as. */
const LEVELS: Readonly<Record<string, LogLevel>> = { 'stream-broken': 'error', 'internal-error': 'error' }
const FIELDS = ['correlationId', 'client', 'keyId', 'address', 'backend', 'model', 'cause'] as const
/** Of alerts: names of the policy, and numbers in words. */
const ALERT_FIELDS = ['alert', 'message'] as const
/** A message is for people: what is longer says no more. */
const LONGEST_TEXT = 4000

/** @param value of a column of the record */
export function requestLine(value: (column: Column) => PackedValue): RequestLine {
  const text = (column: Column): string | null => {
    const found = value(column)
    return found === null ? null : String(found)
  }
  const count = (column: Column): number | null => {
    const found = value(column)
    return found === null ? null : Number(found)
  }
  const status = count('status') ?? 0
  const error = text('error')
  const startedAt = count('started_at') ?? 0
  const endedAt = count('ended_at') ?? 0
  return {
    time: new Date(endedAt).toISOString(),
    level: levelOf(status, error),
    kind: 'request',
    id: text('id') ?? '',
    correlationId: text('correlation_id') ?? '',
    client: text('client') ?? '',
    surface: text('surface') ?? '',
    asked: text('asked'),
    model: text('model'),
    backend: text('backend'),
    backendModel: text('backend_model'),
    rule: text('rule'),
    status,
    error,
    stream: count('stream') === 1,
    attempts: count('attempts') ?? 0,
    ms: endedAt - startedAt,
    firstTokenMs: count('first_token_ms'),
    overheadUs: count('overhead_us'),
    inputTokens: count('input') ?? 0,
    outputTokens: count('output') ?? 0,
    cost: count('cost'),
  }
}

/** A status below 400 with an error is a stream that broke. Nothing is wrong where a client hung up. */
function levelOf(status: number, error: string | null): LogLevel {
  if (error === null || isGone(error)) return 'info'
  return status >= 400 && status < 500 ? 'warn' : 'error'
}

/**
 * Of a line that an edge or the control process printed. Edges print their events as JSON; of it only the fields of
 * EdgeEvent are taken.
 * @param level as it was handed on
 * @param now Unix ms
 */
export function eventLine(level: LogLevel, line: string, now: number): EventLine {
  const time = new Date(now).toISOString()
  const said = edgeEventIn(line)
  if (said === null) return { time, level, kind: 'event', event: 'message', message: cut(line) }
  const { event } = said
  const named = event.startsWith('alert-') ? ALERT_FIELDS : FIELDS
  const fields = named.flatMap((name) => {
    const found = said[name]
    return typeof found === 'string' ? [[name, cut(found)] as const] : []
  })
  return { time, level: LEVELS[event] ?? level, kind: 'event', event, ...Object.fromEntries(fields) }
}

function edgeEventIn(line: string): (Record<string, unknown> & { event: string }) | null {
  if (!line.startsWith('{')) return null
  try {
    const said = JSON.parse(line) as Record<string, unknown>
    return typeof said['event'] === 'string' ? { ...said, event: said['event'] } : null
  } catch {
    return null
  }
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}
