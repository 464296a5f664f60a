/**
 * A record → its spans under the names of OpenTelemetry's GenAI conventions; what these have no name for is `aicc.*`. All
 * of those names stand here: the conventions are still in development.
 */
import type { OutgoingTrace } from '../../table/trace-text.ts'
import { toSpans, type TraceSpan } from '../langfuse/to-spans.ts'
import { toGenAiMessages } from './to-genai-messages.ts'
import { toAttributes, type Attributes, type OtlpAttribute } from './otlp-value.ts'

export interface GenAiSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: OtlpAttribute[]
  status: { code: number; message?: string }
}

const SERVER = 2
const CLIENT = 3
const UNSET = 0
const ERROR = 2
const NANO = 1e9

const OPERATIONS: Readonly<Record<string, string>> = {
  completions: 'text_completion',
  embeddings: 'embeddings',
}

export function toGenAiSpans(entry: OutgoingTrace): GenAiSpan[] {
  return toSpans(entry).map((span) => toGenAiSpan(span, entry))
}

function toGenAiSpan(span: TraceSpan, entry: OutgoingTrace): GenAiSpan {
  const { traceId, spanId, parentId, name, startMs, endMs, level, message } = span
  return {
    traceId,
    spanId,
    ...(parentId !== null && { parentSpanId: parentId }),
    name,
    kind: span.isRequest ? SERVER : CLIENT,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: toAttributes(attributesOf(span, entry)),
    // That something is well is for applications to say, by the specification.
    status: level === 'ERROR' ? { code: ERROR, ...(message !== null && { message }) } : { code: UNSET },
  }
}

/** @param spans JSON of each, joined by commas */
export function genAiBody(spans: string, resource: { version: string; environment: string | null }): string {
  const { version, environment } = resource
  const scope = JSON.stringify({ name: 'aicc', version })
  const attributes = JSON.stringify(
    toAttributes({
      'service.name': 'aicc',
      'service.version': version,
      'deployment.environment.name': environment,
    }),
  )
  return `{"resourceSpans":[{"resource":{"attributes":${attributes}},"scopeSpans":[{"scope":${scope},"spans":[${spans}]}]}]}`
}

function attributesOf(span: TraceSpan, entry: OutgoingTrace): Attributes {
  const operation = OPERATIONS[entry.surface] ?? 'chat'
  const shared = {
    'gen_ai.operation.name': operation,
    'error.type': span.message,
    'user.id': entry.client,
    'session.id': entry.links?.session ?? null,
    'gen_ai.conversation.id': entry.links?.session ?? null,
  }
  if (span.isRequest) return { ...shared, ...ofRequest(entry) }
  if (span.generation === null) {
    const { backend = null, model = null } = span.metadata
    return { ...shared, 'gen_ai.provider.name': backend, 'gen_ai.request.model': model }
  }
  return { ...shared, ...ofAnswer(span, entry) }
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

function ofAnswer({ generation, startMs }: TraceSpan, entry: OutgoingTrace): Attributes {
  const firstAt = generation?.firstTokenAtMs ?? null
  return {
    'gen_ai.provider.name': entry.backend,
    'gen_ai.request.model': entry.backendModel,
    'gen_ai.request.stream': entry.stream,
    // Cached ones are among the input, by the conventions.
    'gen_ai.usage.input_tokens': entry.inputTokens,
    'gen_ai.usage.cache_read.input_tokens': entry.cachedInputTokens,
    'gen_ai.usage.output_tokens': entry.outputTokens,
    'gen_ai.response.time_to_first_chunk': firstAt === null ? null : Math.max(0, firstAt - startMs) / 1000,
    'aicc.usage.source': entry.estimated ? 'estimated' : 'reported',
    'aicc.cost_usd': entry.cost === null ? null : entry.cost / NANO,
    'gen_ai.input.messages': toGenAiMessages(entry.text?.input ?? []),
    'gen_ai.output.messages': toGenAiMessages(entry.text?.output ?? []),
  }
}

function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`
}
