/** What a trace of a request may hold: the least of what the sinks take and what each of its labels lets in. */
import type { Decision } from '../../table/decision.ts'
import type { Facts } from '../../table/facts.ts'
import type { RouteTable } from '../../table/route-table.ts'
import type { TraceContent } from '../../table/trace-policy.ts'

export interface TracedRequest {
  table: RouteTable
  client: string
  facts: Pick<Facts, 'labels'>
  /** Null where it did not come so far. */
  decision: Pick<Decision, 'labels'> | null
}

const RANKS: readonly TraceContent[] = ['none', 'metadata-only', 'redacted', 'full']

/**
 * Of several sinks that take text, the strictest says how it is kept: there is one version of it. Who was not decided
 * carries at least what its client's requests always do.
 */
export function traceContent({ table, client, facts, decision }: TracedRequest): TraceContent {
  const { trace = [], labels } = table
  if (trace.length === 0) return 'none'
  const texts = trace.map(({ content }) => content).filter((content) => content !== 'metadata-only')
  const found = Object.keys(facts.labels)
  const carried = decision?.labels ?? [...found, ...(table.clients[client]?.labels ?? [])]
  const allowed = carried.map((label) => labels[label]?.trace ?? 'metadata-only')
  // A label that redaction took away is still what the text was when it came.
  const lifted = found.filter((label) => !carried.includes(label) && labels[label]?.trace !== 'full')
  return least([
    texts.length === 0 ? 'metadata-only' : least(texts),
    ...allowed,
    ...(lifted.length === 0 ? [] : (['redacted'] as const)),
  ])
}

function least(contents: readonly TraceContent[]): TraceContent {
  return RANKS[Math.min(...contents.map((content) => RANKS.indexOf(content)))] ?? 'none'
}
