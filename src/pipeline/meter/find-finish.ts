/** Why an answer ended, as backends say it: found near its end, without parsing. */

const SAID = /"(?:finish_reason|stop_reason|done_reason)"\s*:\s*"([a-z_]{1,32})"/g

/** Those of OpenAI, Anthropic and Ollama. INVARIANT: a record has these and no other words of an answer. */
const REASONS: ReadonlySet<string> = new Set([
  'stop',
  'length',
  'tool_calls',
  'function_call',
  'content_filter',
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
])

/** @param text of JSON or of events; @returns each reason once, in order; empty where none is told */
export function findFinish(text: string): string[] {
  const found = new Set<string>()
  // Within a string a quote is escaped, so the answer's own text cannot be taken for it. Arguments of a tool that are an
  // object can, which adds one of these words at worst.
  for (const [, reason = ''] of text.matchAll(SAID)) if (REASONS.has(reason)) found.add(reason)
  return [...found]
}
