/** The spans as Langfuse is to see them. */
import type { OutgoingTrace } from '../../table/trace-text.ts'
import { toSpans, type TraceSpan } from './to-spans.ts'

/** Where LiteLLM has a generation of its own in the trace, ours is a span, so that tokens and cost count once. */
export function langfuseSpans(entry: OutgoingTrace): TraceSpan[] {
  const spans = toSpans(entry)
  return entry.links?.joined === true ? spans.map(withoutGeneration) : spans
}

function withoutGeneration(span: TraceSpan): TraceSpan {
  if (span.generation === null) return span
  const { model, usage, costUsd } = span.generation
  return {
    ...span,
    metadata: {
      ...span.metadata,
      model,
      tokens: JSON.stringify(usage),
      ...(costUsd !== null && { cost_usd: String(costUsd) }),
    },
    generation: null,
  }
}
