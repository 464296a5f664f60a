/**
 * A record → its spans under the names of OpenTelemetry's GenAI conventions; what these have no name for is `aicc.*`. All
 * of those names stand here: the conventions are still in development.
 */
import type { OutgoingTrace } from '../../table/trace-text.ts'
import { costUsd } from '../tracing/cost-usd.ts'
import { operationOf } from '../tracing/operation-of.ts'
import { attributesOf, type Attributes } from '../tracing/otlp-attributes.ts'
import { failed, otlpSpan, UNSET } from '../tracing/otlp-span.ts'
import { traceSpans, type TraceSpan } from '../tracing/trace-spans.ts'
import { toGenAiMessages } from './to-genai-messages.ts'

/** @returns JSON of each, joined by commas */
export function toGenAiSpans(entry: OutgoingTrace): string {
  const spans = traceSpans(entry).map((span) => {
    // That something is well is for applications to say, by the specification.
    const status = span.level === 'ERROR' ? failed(span.message) : UNSET
    return otlpSpan(span, status, attributesOf(knownOf(span, entry)))
  })
  return spans.join(',')
}

function knownOf(span: TraceSpan, entry: OutgoingTrace): Attributes {
  const shared = {
    'gen_ai.operation.name': operationOf(entry.surface),
    'error.type': span.message,
    'user.id': entry.client,
    'session.id': entry.links?.session ?? null,
    'gen_ai.conversation.id': entry.links?.session ?? null,
  }
  if (span.of === 'request') return { ...shared, ...ofRequest(entry) }
  if (span.of === 'answer') return { ...shared, ...ofAnswer(span, entry) }
  const { backend, model } = span.of
  return { ...shared, 'gen_ai.provider.name': backend, 'gen_ai.request.model': model }
}

function ofRequest(entry: OutgoingTrace): Attributes {
  const { verdict } = entry
  return {
    'gen_ai.request.model': entry.asked,
    'gen_ai.request.stream': entry.stream,
    'http.response.status_code': entry.status,
    'aicc.request.id': entry.id,
    'aicc.correlation_id': entry.correlationId,
    'aicc.surface': entry.surface,
    'aicc.model': entry.model,
    'aicc.backend': entry.backend,
    'aicc.rule': entry.rule,
    'aicc.variant': entry.variant ?? null,
    'aicc.digest': entry.digest,
    'aicc.tags': entry.tags,
    'aicc.attempts': entry.attempts,
    'aicc.overhead_us': entry.overheadUs,
    'aicc.queued_ms': entry.queuedMs,
    'aicc.lost_fields': entry.lost,
    'aicc.labels': verdict && Object.keys(verdict.labels),
    'aicc.finds': verdict && JSON.stringify(verdict.counts),
    'aicc.unread': verdict && [...verdict.unread],
    'aicc.injection.score': verdict?.injection?.score ?? null,
    'aicc.injection.flagged': verdict?.injection?.flagged ?? null,
    'aicc.complexity': verdict?.complexity?.class ?? null,
  }
}

function ofAnswer({ startMs }: TraceSpan, entry: OutgoingTrace): Attributes {
  const { startedAt, firstTokenMs } = entry
  const untilFirst = firstTokenMs === null ? null : Math.max(0, startedAt + firstTokenMs - startMs)
  return {
    'gen_ai.provider.name': entry.backend,
    'gen_ai.request.model': entry.backendModel,
    'gen_ai.request.stream': entry.stream,
    // Cached ones are among the input, by the conventions.
    'gen_ai.usage.input_tokens': entry.inputTokens,
    'gen_ai.usage.cache_read.input_tokens': entry.cachedInputTokens,
    'gen_ai.usage.output_tokens': entry.outputTokens,
    'gen_ai.response.finish_reasons': entry.finish ?? null,
    'gen_ai.response.time_to_first_chunk': untilFirst === null ? null : untilFirst / 1000,
    'aicc.output_tokens_per_second': entry.tokensPerSecond ?? null,
    'aicc.usage.source': entry.estimated ? 'estimated' : 'reported',
    'aicc.cost_usd': costUsd(entry),
    'gen_ai.input.messages': toGenAiMessages(entry.text?.input ?? []),
    'gen_ai.output.messages': toGenAiMessages(entry.text?.output ?? []),
  }
}
