/** What Anthropic's protocol calls a field of the chat that a request was translated to. */

const NAMES: ReadonlyMap<string, string> = new Map([
  ['stop', 'stop_sequences'],
  ['response_format', 'output_config.format'],
  ['reasoning_effort', 'output_config.effort'],
  ['user', 'metadata.user_id'],
  ['parallel_tool_calls', 'tool_choice.disable_parallel_tool_use'],
])

/** A turn may have become several messages: which one it was is not known any more. */
export function clientField(field: string): string {
  const [first = ''] = field.split(/[.[]/)
  if (first === 'messages') return 'messages'
  if (first === 'tools') return field.replace('.function', '').replace('.parameters', '.input_schema')
  return NAMES.get(first) ?? field
}
