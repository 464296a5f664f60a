/** What Langfuse is told by OTLP. */
import { toOtlpSpans } from '../../../../src/adapters/langfuse/to-otlp.ts'
import type { OutgoingTrace } from '../../../../src/table/trace-text.ts'

/** Each span with its attributes among its own fields. */
export function otlpSpansOf(trace: OutgoingTrace): Record<string, unknown>[] {
  const spans = JSON.parse(`[${toOtlpSpans(trace, null)}]`) as {
    attributes: { key: string; value: Record<string, unknown> }[]
  }[]
  return spans.map(({ attributes, ...span }) =>
    Object.assign(
      Object.fromEntries(
        attributes.map(({ key, value }): [string, unknown] => [key, Object.values(value)[0]]),
      ),
      span,
    ),
  )
}
