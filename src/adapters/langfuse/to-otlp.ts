/** Spans as JSON of OTLP, under the names that Langfuse reads. */
import type { OutgoingTrace } from '../../table/trace-text.ts'
import { attribute } from '../tracing/otlp-attributes.ts'
import { failed, OK, otlpSpan } from '../tracing/otlp-span.ts'
import {
  langfuseSpans,
  traceFacts,
  type Generation,
  type LangfuseSpan,
  type Metadata,
} from './langfuse-spans.ts'

/** @param environment what Langfuse files it under; null = its default; @returns JSON of each span, joined by commas */
export function toOtlpSpans(entry: OutgoingTrace, environment: string | null): string {
  const trace = ofTrace(entry, environment)
  const spans = langfuseSpans(entry).map((span) => {
    const status = span.level === 'ERROR' ? failed(null) : OK
    return otlpSpan(span, status, trace + ofSpan(span))
  })
  return spans.join(',')
}

/** With every span, because it comes alone. */
function ofTrace(entry: OutgoingTrace, environment: string | null): string {
  const facts = traceFacts(entry)
  return (
    attribute('langfuse.trace.name', facts.name) +
    attribute('user.id', facts.userId) +
    attribute('session.id', facts.sessionId) +
    attribute('langfuse.trace.tags', facts.tags) +
    attribute('langfuse.trace.metadata.correlation_id', facts.correlationId) +
    attribute('langfuse.release', facts.release) +
    attribute('langfuse.environment', environment)
  )
}

function ofSpan({ level, message, input, output, metadata, generation }: LangfuseSpan): string {
  return (
    attribute('langfuse.observation.type', generation === null ? 'span' : 'generation') +
    // Which is what Langfuse takes it for.
    (level === 'DEFAULT' ? '' : attribute('langfuse.observation.level', level)) +
    attribute('langfuse.observation.status_message', message) +
    attribute('langfuse.observation.input', input) +
    attribute('langfuse.observation.output', output) +
    ofMetadata(metadata) +
    (generation === null ? '' : ofGeneration(generation))
  )
}

function ofMetadata(metadata: Metadata): string {
  let json = ''
  for (const key of Object.keys(metadata)) {
    const value = metadata[key] ?? ''
    if (value !== '') json += attribute(`langfuse.observation.metadata.${key}`, String(value))
  }
  return json
}

function ofGeneration({ model, usage, costUsd, firstTokenAtMs }: Generation): string {
  const cost = costUsd === null ? null : JSON.stringify({ total: costUsd })
  const firstToken = firstTokenAtMs === null ? null : new Date(firstTokenAtMs).toISOString()
  return (
    attribute('langfuse.observation.model.name', model) +
    attribute('langfuse.observation.usage_details', JSON.stringify(usage)) +
    attribute('langfuse.observation.cost_details', cost) +
    attribute('langfuse.observation.completion_start_time', firstToken)
  )
}
