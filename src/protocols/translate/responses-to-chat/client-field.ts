/** What the Responses API calls a field of the chat that a request was translated to. */

const NAMES: ReadonlyMap<string, string> = new Map([
  ['max_tokens', 'max_output_tokens'],
  ['response_format', 'text.format'],
  ['verbosity', 'text.verbosity'],
  ['reasoning_effort', 'reasoning.effort'],
  ['logprobs', 'include'],
])

/** Messages are put together from items: which of them one comes from is not known any more. */
export function clientField(field: string): string {
  const [first = ''] = field.split(/[.[]/)
  if (first === 'messages') return 'input'
  return first === 'tools' ? field.replace('.function', '') : (NAMES.get(first) ?? field)
}
