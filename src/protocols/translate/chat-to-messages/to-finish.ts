const FINISHES: ReadonlyMap<unknown, string> = new Map([
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
])

/**
 * `finish_reason` of chat. Every end that chat has no word for is an ordinary one.
 * @param isOld whether the client gave `functions`: then it waits for the old `function_call`
 */
export function toFinish(stopReason: unknown, isOld: boolean): string {
  const finish = FINISHES.get(stopReason) ?? 'stop'
  return finish === 'tool_calls' && isOld ? 'function_call' : finish
}

/** Whether a client of chat knows functions only, as they were before tools. */
export function knowsFunctionsOnly({ functions, tools }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(functions) && !Array.isArray(tools)
}
