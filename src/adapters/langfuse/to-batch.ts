/** Spans as events of the batch endpoint, which servers before OTLP have. Ids of events are stable: a second one is ignored. */
import type { ApiIngestionEvent } from 'langfuse'
import type { OutgoingTrace } from '../../table/trace-text.ts'
import {
  langfuseSpans,
  traceFacts,
  type Generation,
  type LangfuseSpan,
  type Metadata,
} from './langfuse-spans.ts'

/** @param environment what Langfuse files it under; null = its default */
export function toBatchEvents(entry: OutgoingTrace, environment: string | null): ApiIngestionEvent[] {
  const { name, userId, tags, release, correlationId, sessionId } = traceFacts(entry)
  const [root, ...children] = langfuseSpans(entry)
  if (root === undefined) return []
  const { traceId } = root
  const timestamp = iso(entry.endedAt)
  const shared = environment === null ? {} : { environment }
  const trace: ApiIngestionEvent = {
    // Of a client's trace many requests tell something.
    id: root.parentId === null ? `${traceId}-trace` : `${traceId}-${root.spanId}-trace`,
    timestamp,
    type: 'trace-create',
    body: {
      id: traceId,
      timestamp: iso(entry.startedAt),
      name,
      userId,
      tags: [...tags],
      release,
      ...(sessionId !== null && { sessionId }),
      metadata: { correlation_id: correlationId },
      ...shared,
    },
  }
  return [trace, ...[root, ...children].map((span) => toEvent(span, timestamp, shared))]
}

function toEvent(span: LangfuseSpan, timestamp: string, shared: { environment?: string }): ApiIngestionEvent {
  const id = `${span.traceId}-${span.spanId}`
  const body = { ...observation(span), ...shared }
  if (span.generation === null) return { id, timestamp, type: 'span-create', body }
  return { id, timestamp, type: 'generation-create', body: { ...body, ...ofGeneration(span.generation) } }
}

function observation({
  traceId,
  spanId,
  parentId,
  name,
  startMs,
  endMs,
  level,
  message,
  metadata,
  input,
  output,
}: LangfuseSpan): Extract<ApiIngestionEvent, { type: 'span-create' }>['body'] {
  return {
    id: spanId,
    traceId,
    parentObservationId: parentId,
    name,
    startTime: iso(startMs),
    endTime: iso(endMs),
    level,
    statusMessage: message,
    metadata: textsOf(metadata),
    ...(input !== null && { input: JSON.parse(input) as unknown }),
    ...(output !== null && { output: JSON.parse(output) as unknown }),
  }
}

function ofGeneration({
  model,
  usage,
  costUsd,
  firstTokenAtMs,
}: Generation): Extract<ApiIngestionEvent, { type: 'generation-create' }>['body'] {
  return {
    model,
    usageDetails: { ...usage },
    ...(costUsd !== null && { costDetails: { total: costUsd } }),
    ...(firstTokenAtMs !== null && { completionStartTime: iso(firstTokenAtMs) }),
  }
}

function textsOf(metadata: Metadata): Record<string, string> {
  const told = Object.entries(metadata).filter(([, value]) => value !== null && value !== '')
  return Object.fromEntries(told.map(([key, value]) => [key, String(value)]))
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
