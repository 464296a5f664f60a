/** Spans as JSON of OTLP, under the names that Langfuse reads. */
import type { OutgoingTrace } from '../../table/trace-text.ts'
import type { Attributes } from '../tracing/otlp-attributes.ts'
import { otlpSpan, STATUS, type OtlpSpan } from '../tracing/otlp-span.ts'
import {
  langfuseSpans,
  traceFacts,
  type Generation,
  type LangfuseSpan,
  type TraceFacts,
} from './langfuse-spans.ts'

/** @param environment what Langfuse files it under; null = its default */
export function toOtlpSpans(entry: OutgoingTrace, environment: string | null): OtlpSpan[] {
  const facts = traceFacts(entry)
  return langfuseSpans(entry).map((span) => {
    const status = { code: span.level === 'ERROR' ? STATUS.ERROR : STATUS.OK }
    return otlpSpan(span, status, attributesOf(span, facts, environment))
  })
}

function attributesOf(span: LangfuseSpan, facts: TraceFacts, environment: string | null): Attributes {
  const { generation, metadata } = span
  return {
    'langfuse.trace.name': facts.name,
    'user.id': facts.userId,
    'session.id': facts.sessionId,
    'langfuse.trace.tags': facts.tags,
    'langfuse.trace.metadata.correlation_id': facts.correlationId,
    'langfuse.release': facts.release,
    'langfuse.environment': environment,
    'langfuse.observation.type': generation === null ? 'span' : 'generation',
    'langfuse.observation.level': span.level,
    'langfuse.observation.status_message': span.message,
    'langfuse.observation.input': span.input,
    'langfuse.observation.output': span.output,
    ...Object.fromEntries(
      Object.entries(metadata).map(([key, value]) => [`langfuse.observation.metadata.${key}`, value]),
    ),
    ...(generation !== null && ofGeneration(generation)),
  }
}

function ofGeneration({ operation, model, usage, costUsd, firstTokenAtMs }: Generation): Attributes {
  return {
    'gen_ai.operation.name': operation,
    'gen_ai.request.model': model,
    'langfuse.observation.model.name': model,
    'langfuse.observation.usage_details': JSON.stringify(usage),
    'langfuse.observation.cost_details': costUsd === null ? null : JSON.stringify({ total: costUsd }),
    'langfuse.observation.completion_start_time':
      firstTokenAtMs === null ? null : new Date(firstTokenAtMs).toISOString(),
  }
}
