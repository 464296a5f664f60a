/** What LiteLLM is told of the trace of a request, so that what it sends to Langfuse itself stands in the same one. */

export interface JoinedTrace {
  traceId: string
  /** Of the attempt. */
  spanId: string
  user: string
  tags: readonly string[]
  /** Null = the client does not say. */
  session: string | null
  /** Whether the trace may hold all text; else LiteLLM has no generation in it. */
  withText: boolean
}

/** As W3C writes it. */
export function traceparentOf({ traceId, spanId }: JoinedTrace): string {
  return `00-${traceId}-${spanId}-01`
}

/** Members of the body by which it is asked to log nothing, as JSON. */
export const UNLOGGED: Readonly<Record<string, string>> = { 'no-log': 'true' }

/**
 * Members of the body that tell it. `litellm_metadata`, since LiteLLM hands `metadata` on to providers, and reads it on some
 * surfaces only. It is asked to log nothing where the trace may not hold all text: what it has to leave text out
 * (`mask_input`, redaction) leaves out messages only, and with some of its callbacks not even these. Stop sequences, schemas,
 * tools and errors of providers remain.
 *
 * @returns JSON of each
 */
export function joinedMembers(joined: JoinedTrace): Readonly<Record<string, string>> {
  const { traceId, spanId, user, tags, session, withText } = joined
  if (!withText) return UNLOGGED
  const metadata = {
    existing_trace_id: traceId,
    parent_observation_id: spanId,
    trace_user_id: user,
    ...(session !== null && { session_id: session }),
    ...(tags.length > 0 && { tags }),
  }
  return { litellm_metadata: JSON.stringify(metadata) }
}
