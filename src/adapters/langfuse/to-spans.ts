/**
 * A record → the spans of its trace: the request itself, each attempt that failed, and the answer. All ids follow from
 * the record's, so that what is sent twice is the same.
 */
import { attemptSteps } from '../../table/attempt-steps.ts'
import type { HistoryEntry } from '../../table/history.ts'
import { childSpanId, traceIds } from '../../table/trace-ids.ts'
import type { OutgoingTrace } from '../../table/trace-text.ts'
import { toChatMl } from './to-chat-ml.ts'

type Level = 'DEFAULT' | 'WARNING' | 'ERROR'

export interface TraceSpan {
  traceId: string
  spanId: string
  /** Null = the trace begins with it. */
  parentId: string | null
  /** The request itself; else an attempt. */
  isRequest: boolean
  name: string
  /** Unix ms. */
  startMs: number
  endMs: number
  level: Level
  message: string | null
  metadata: Readonly<Record<string, string>>
  /** What was said and heard, as JSON; null = it is not kept, or there was nothing. */
  input: string | null
  output: string | null
  /** Null = nothing was generated. */
  generation: Generation | null
}

export interface Generation {
  operation: string
  model: string
  /** Tokens; each counted in one place only. */
  usage: Readonly<Record<string, number>>
  /** USD; null = no price. */
  costUsd: number | null
  firstTokenAtMs: number | null
}

/** What Langfuse wants to know of the trace with every span. */
export interface TraceFacts {
  name: string
  userId: string
  tags: readonly string[]
  release: string
  correlationId: string
  /** Null = the client does not say. */
  sessionId: string | null
}

const NANO = 1e9
const OPERATIONS: Readonly<Record<string, string>> = {
  completions: 'text_completion',
  embeddings: 'embeddings',
}

export function traceFacts(entry: HistoryEntry): TraceFacts {
  const { surface, client, tags, digest, correlationId, links } = entry
  return {
    name: surface,
    userId: client,
    tags,
    release: digest,
    correlationId,
    sessionId: links?.session ?? null,
  }
}

export function toSpans(entry: OutgoingTrace): TraceSpan[] {
  const { traceId, rootId, parentId } = traceIds(entry.id, entry.links?.parent)
  const base = { traceId, parentId: rootId, isRequest: false }
  const steps = attemptSteps(entry)
  const isAnswered = steps.at(-1)?.failure === null
  const said = {
    input: entry.text === undefined ? null : toChatMl(entry.text.input),
    output: entry.text === undefined ? null : toChatMl(entry.text.output),
  }
  const spans: TraceSpan[] = [
    {
      ...base,
      spanId: rootId,
      parentId,
      isRequest: true,
      name: entry.surface,
      startMs: entry.startedAt,
      endMs: entry.endedAt,
      ...verdictOn(entry),
      metadata: metadataOf(entry),
      ...said,
      generation: null,
    },
  ]
  for (const { failure, startMs, endMs } of steps) {
    const spanId = childSpanId(rootId, spans.length)
    if (failure === null) {
      spans.push({ ...base, ...said, ...answerOf(entry, startMs), spanId })
      continue
    }
    const { backend, model, cause } = failure
    spans.push({
      ...base,
      spanId,
      name: `attempt ${backend}/${model}`,
      startMs,
      endMs,
      level: isAnswered ? 'WARNING' : 'ERROR',
      message: cause,
      metadata: { backend, model, cause },
      input: null,
      output: null,
      generation: null,
    })
  }
  return spans
}

function answerOf(
  entry: HistoryEntry,
  startMs: number,
): Omit<TraceSpan, 'traceId' | 'spanId' | 'parentId' | 'isRequest' | 'input' | 'output'> {
  const { backend, backendModel, surface, cost, firstTokenMs } = entry
  const model = backendModel ?? ''
  const operation = OPERATIONS[surface] ?? 'chat'
  return {
    name: `${operation} ${model}`,
    startMs,
    endMs: entry.endedAt,
    ...verdictOn(entry),
    metadata: { backend: backend ?? '', usage: entry.estimated ? 'estimated' : 'reported' },
    generation: {
      operation,
      model,
      usage: usageOf(entry),
      costUsd: cost === null ? null : cost / NANO,
      firstTokenAtMs: firstTokenMs === null ? null : entry.startedAt + firstTokenMs,
    },
  }
}

function usageOf({ inputTokens, cachedInputTokens, outputTokens }: HistoryEntry): Generation['usage'] {
  return {
    input: Math.max(0, inputTokens - cachedInputTokens),
    ...(cachedInputTokens > 0 && { input_cached_tokens: cachedInputTokens }),
    output: outputTokens,
    total: inputTokens + outputTokens,
  }
}

function verdictOn({ status, error }: HistoryEntry): { level: Level; message: string | null } {
  if (error === null) return { level: 'DEFAULT', message: null }
  return { level: status >= 400 && status < 500 ? 'WARNING' : 'ERROR', message: error }
}

function metadataOf(entry: HistoryEntry): Record<string, string> {
  const { verdict } = entry
  const all: Record<string, string | number | boolean | null> = {
    id: entry.id,
    correlation_id: entry.correlationId,
    asked: entry.asked,
    model: entry.model,
    backend: entry.backend,
    rule: entry.rule,
    status: entry.status,
    stream: entry.stream,
    attempts: entry.attempts,
    overhead_us: entry.overheadUs,
    queued_ms: entry.queuedMs,
    first_token_ms: entry.firstTokenMs,
    lost_fields: entry.lost,
    labels: verdict && JSON.stringify(verdict.labels),
    finds: verdict && JSON.stringify(verdict.counts),
    unread: verdict && verdict.unread.join(', '),
    injection_score: verdict?.injection?.score ?? null,
    injection_flagged: verdict?.injection?.flagged ?? null,
    complexity: verdict?.complexity?.class ?? null,
  }
  const said: Record<string, string> = {}
  for (const [key, value] of Object.entries(all))
    if (value !== null && value !== '') said[key] = String(value)
  return said
}
