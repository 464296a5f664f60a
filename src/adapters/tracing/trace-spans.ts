/**
 * A record → the spans of its trace: the request itself, each attempt that failed, and the answer. What a sink calls the
 * rest of what is known is the sink's own. All ids follow from the record's, so that what is sent twice is the same.
 */
import { attemptSteps } from '../../table/attempt-steps.ts'
import type { HistoryEntry } from '../../table/history.ts'
import type { FailedAttempt } from '../../table/request-record.ts'
import { childSpanId, traceIds } from '../../table/trace-ids.ts'
import { operationOf } from './operation-of.ts'

export interface TraceSpan {
  traceId: string
  spanId: string
  /** Null = the trace begins with it. */
  parentId: string | null
  name: string
  /** Unix ms. */
  startMs: number
  endMs: number
  level: 'DEFAULT' | 'WARNING' | 'ERROR'
  /** Code of what went wrong; null = nothing did. */
  message: string | null
  of: SpanSubject
}

/** The request itself, an attempt that failed, or the one that answered. */
export type SpanSubject = 'request' | FailedAttempt | 'answer'

export function traceSpans(entry: HistoryEntry): TraceSpan[] {
  const { traceId, rootId, parentId } = traceIds(entry.id, entry.links?.parent)
  const steps = attemptSteps(entry)
  const isAnswered = steps.at(-1)?.failure === null
  const verdict = verdictOn(entry)
  const { surface: name, startedAt: startMs, endedAt: endMs } = entry
  const root: TraceSpan = {
    traceId,
    spanId: rootId,
    parentId,
    name,
    startMs,
    endMs,
    ...verdict,
    of: 'request',
  }
  const spans = [root]
  for (const { failure, ...times } of steps) {
    const ids = { traceId, spanId: childSpanId(rootId, spans.length), parentId: rootId }
    if (failure === null) {
      const answer = `${operationOf(entry.surface)} ${entry.backendModel ?? ''}`
      spans.push({ ...ids, name: answer, ...times, ...verdict, of: 'answer' })
      continue
    }
    const attempt = `attempt ${failure.backend}/${failure.model}`
    const level = isAnswered ? 'WARNING' : 'ERROR'
    spans.push({ ...ids, name: attempt, ...times, level, message: failure.cause, of: failure })
  }
  return spans
}

function verdictOn({ status, error }: HistoryEntry): Pick<TraceSpan, 'level' | 'message'> {
  if (error === null) return { level: 'DEFAULT', message: null }
  // A stream that its client stopped had begun well, by its status.
  const isClients = (status >= 400 && status < 500) || error === 'client_gone'
  return { level: isClients ? 'WARNING' : 'ERROR', message: error }
}
