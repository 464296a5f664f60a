/** The spans of a trace with all that Langfuse is told of them, by either of its protocols. */
import type { HistoryEntry } from '../../table/history.ts'
import type { OutgoingTrace } from '../../table/trace-text.ts'
import { costUsd } from '../tracing/cost-usd.ts'
import { traceSpans, type TraceSpan } from '../tracing/trace-spans.ts'
import { toChatMl } from './to-chat-ml.ts'

/** What is null or empty is not told; the rest becomes text. */
export type Metadata = Readonly<Record<string, string | number | boolean | null>>

export interface LangfuseSpan extends TraceSpan {
  metadata: Metadata
  /** What was said and heard, as JSON; null = it is not kept, or there was nothing. */
  input: string | null
  output: string | null
  /** Null = nothing was generated. */
  generation: Generation | null
}

export interface Generation {
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

export function langfuseSpans(entry: OutgoingTrace): LangfuseSpan[] {
  const said = {
    input: entry.text === undefined ? null : toChatMl(entry.text.input),
    output: entry.text === undefined ? null : toChatMl(entry.text.output),
  }
  return traceSpans(entry).map((span) => {
    if (span.of === 'request') {
      return Object.assign(span, said, { metadata: metadataOf(entry), generation: null })
    }
    if (span.of === 'answer') return Object.assign(span, said, answerOf(entry))
    const { backend, model, cause } = span.of
    return Object.assign(span, {
      metadata: { backend, model, cause },
      input: null,
      output: null,
      generation: null,
    })
  })
}

/** Where LiteLLM has a generation of its own in the trace, ours is a span, so that tokens and cost count once. */
function answerOf(entry: HistoryEntry): Pick<LangfuseSpan, 'metadata' | 'generation'> {
  const generation = generationOf(entry)
  const { finish } = entry
  const metadata = {
    backend: entry.backend ?? '',
    usage: entry.estimated ? 'estimated' : 'reported',
    ...(finish !== undefined && { finish_reasons: finish.join(', ') }),
  }
  if (entry.links?.joined !== true) return { metadata, generation }
  const { model, usage, costUsd: cost } = generation
  const counted = { model, tokens: JSON.stringify(usage), ...(cost !== null && { cost_usd: String(cost) }) }
  return { metadata: { ...metadata, ...counted }, generation: null }
}

function generationOf(entry: HistoryEntry): Generation {
  const { startedAt, firstTokenMs } = entry
  return {
    model: entry.backendModel ?? '',
    usage: usageOf(entry),
    costUsd: costUsd(entry),
    firstTokenAtMs: firstTokenMs === null ? null : startedAt + firstTokenMs,
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

function metadataOf(entry: HistoryEntry): Metadata {
  const { verdict } = entry
  return {
    id: entry.id,
    // Where the client gives none, it is the id.
    correlation_id: entry.correlationId === entry.id ? null : entry.correlationId,
    asked: entry.asked,
    model: entry.model,
    backend: entry.backend,
    rule: entry.rule,
    variant: entry.variant ?? null,
    status: entry.status,
    stream: entry.stream,
    attempts: entry.attempts,
    overhead_us: entry.overheadUs,
    // Zero is the rule, and each field of a trace costs.
    queued_ms: entry.queuedMs || null,
    first_token_ms: entry.firstTokenMs,
    tokens_per_second: entry.tokensPerSecond ?? null,
    lost_fields: entry.lost || null,
    labels: verdict && JSON.stringify(verdict.labels),
    finds: verdict && JSON.stringify(verdict.counts),
    unread: verdict && verdict.unread.join(', '),
    injection_score: verdict?.injection?.score ?? null,
    injection_flagged: verdict?.injection?.flagged ?? null,
    complexity: verdict?.complexity?.class ?? null,
  }
}
