/** Spans as JSON of OTLP (opentelemetry-proto 1.x), under the names that Langfuse reads. */
import type { OutgoingTrace } from '../../table/trace-text.ts'
import { langfuseSpans } from './langfuse-spans.ts'
import { traceFacts, type Generation, type TraceFacts, type TraceSpan } from './to-spans.ts'

type Value = { stringValue: string } | { arrayValue: { values: { stringValue: string }[] } }

interface Attribute {
  key: string
  value: Value
}

export interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Attribute[]
  status: { code: number }
}

const SERVER = 2
const CLIENT = 3
const OK = 1
const ERROR = 2

/** @param environment what Langfuse files it under; null = its default */
export function toOtlpSpans(entry: OutgoingTrace, environment: string | null): OtlpSpan[] {
  const facts = traceFacts(entry)
  return langfuseSpans(entry).map((span) => toOtlpSpan(span, facts, environment))
}

/** @param spans JSON of each, joined by commas; @param version of the gateway */
export function otlpBody(spans: string, version: string): string {
  const scope = JSON.stringify({ name: 'aicc', version })
  const resource = JSON.stringify({
    attributes: [text('service.name', 'aicc'), text('service.version', version)],
  })
  return `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":${scope},"spans":[${spans}]}]}]}`
}

function toOtlpSpan(span: TraceSpan, facts: TraceFacts, environment: string | null): OtlpSpan {
  const {
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
    generation,
  } = span
  return {
    traceId,
    spanId,
    ...(parentId !== null && { parentSpanId: parentId }),
    name,
    kind: span.isRequest ? SERVER : CLIENT,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: [
      text('langfuse.trace.name', facts.name),
      text('user.id', facts.userId),
      ...(facts.sessionId === null ? [] : [text('session.id', facts.sessionId)]),
      ...(facts.tags.length === 0 ? [] : [list('langfuse.trace.tags', facts.tags)]),
      text('langfuse.trace.metadata.correlation_id', facts.correlationId),
      text('langfuse.release', facts.release),
      ...(environment === null ? [] : [text('langfuse.environment', environment)]),
      text('langfuse.observation.type', generation === null ? 'span' : 'generation'),
      text('langfuse.observation.level', level),
      ...(message === null ? [] : [text('langfuse.observation.status_message', message)]),
      ...(input === null ? [] : [text('langfuse.observation.input', input)]),
      ...(output === null ? [] : [text('langfuse.observation.output', output)]),
      ...Object.entries(metadata).map(([key, value]) => text(`langfuse.observation.metadata.${key}`, value)),
      ...(generation === null ? [] : ofGeneration(generation)),
    ],
    status: { code: level === 'ERROR' ? ERROR : OK },
  }
}

function ofGeneration({ operation, model, usage, costUsd, firstTokenAtMs }: Generation): Attribute[] {
  return [
    text('gen_ai.operation.name', operation),
    text('gen_ai.request.model', model),
    text('langfuse.observation.model.name', model),
    text('langfuse.observation.usage_details', JSON.stringify(usage)),
    ...(costUsd === null
      ? []
      : [text('langfuse.observation.cost_details', JSON.stringify({ total: costUsd }))]),
    ...(firstTokenAtMs === null
      ? []
      : [text('langfuse.observation.completion_start_time', new Date(firstTokenAtMs).toISOString())]),
  ]
}

function text(key: string, value: string): Attribute {
  return { key, value: { stringValue: value } }
}

function list(key: string, values: readonly string[]): Attribute {
  return { key, value: { arrayValue: { values: values.map((value) => ({ stringValue: value })) } } }
}

function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`
}
