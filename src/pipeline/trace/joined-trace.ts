/** What LiteLLM is told of the trace of a request, so that what it sends to Langfuse itself stands in the same one. */

export interface JoinedTrace {
  traceId: string
  /** Of the attempt. */
  spanId: string
  user: string
  tags: readonly string[]
  /** Null = the client does not say. */
  session: string | null
  /** Whether the trace may hold text; else LiteLLM is asked to leave it out. */
  withText: boolean
}

/** As W3C writes it. */
export function traceparentOf({ traceId, spanId }: JoinedTrace): string {
  return `00-${traceId}-${spanId}-01`
}

/** @returns the value of `metadata`, as LiteLLM's Langfuse callback reads it, as JSON */
export function joinedMetadata({ traceId, spanId, user, tags, session, withText }: JoinedTrace): string {
  return JSON.stringify({
    existing_trace_id: traceId,
    parent_observation_id: spanId,
    trace_user_id: user,
    ...(session !== null && { session_id: session }),
    ...(tags.length > 0 && { tags }),
    ...(!withText && { mask_input: true, mask_output: true }),
  })
}
