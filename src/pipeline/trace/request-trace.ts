/** What the trace of a request is tied to, and what a backend that traces requests itself is told of it. */
import type { Decision } from '../../table/decision.ts'
import { childSpanId, traceIds } from '../../table/trace-ids.ts'
import type { TraceLinks } from '../../table/trace-links.ts'
import type { RequestHead } from '../edge/request-head.ts'
import type { JoinedTrace } from './joined-trace.ts'
import { traceContent, type TracedRequest } from './trace-content.ts'
import { traceLinks } from './trace-links.ts'

export interface RequestTrace {
  /** Looked for when somebody wants them: what a client names is scanned for secrets. */
  readonly links: TraceLinks
  /**
   * @param place of the attempt, from 1
   * @returns null = a label keeps it back
   */
  joining: (place: number, decision: Pick<Decision, 'labels' | 'tags'> | null) => JoinedTrace | null
}

export interface RequestTraceOptions extends Omit<TracedRequest, 'decision'> {
  /** Of the record. */
  id: string
  head: Pick<RequestHead, 'traceparent' | 'sessionId'>
  /** Of the request. */
  body: Readonly<Record<string, unknown>>
}

/** To be made only where there is a sink. */
export function requestTrace({ id, head, body, ...traced }: RequestTraceOptions): RequestTrace {
  const { table, client } = traced
  let known: TraceLinks | null = null
  const linksOf = (): TraceLinks => (known ??= traceLinks(head, body, table))
  return {
    get links() {
      return linksOf()
    },
    joining(place, decision) {
      const content = traceContent({ ...traced, decision })
      if (content === 'none') return null
      const links = linksOf()
      const { traceId, rootId } = traceIds(id, links.parent)
      return {
        traceId,
        spanId: childSpanId(rootId, place),
        user: client,
        tags: decision?.tags ?? [],
        session: links.session ?? null,
        withText: content === 'full',
      }
    },
  }
}
