/** `usage` of messages, read and written. */
import { isRecord } from '../json-object.ts'
import { NOTHING_USED, tokenCount, type TokensUsed } from './tokens-used.ts'

/** @param before what earlier events of the stream told: each tells totals, and leaves out what it does not know */
export function fromMessagesUsage(usage: unknown, before: TokensUsed = NOTHING_USED): TokensUsed {
  const details = isRecord(usage) ? usage['output_tokens_details'] : null
  return {
    input: tokenCount(usage, 'input_tokens') ?? before.input,
    cacheRead: tokenCount(usage, 'cache_read_input_tokens') ?? before.cacheRead,
    cacheWritten: tokenCount(usage, 'cache_creation_input_tokens') ?? before.cacheWritten,
    output: tokenCount(usage, 'output_tokens') ?? before.output,
    reasoning: tokenCount(details, 'thinking_tokens') ?? before.reasoning,
  }
}

export function toMessagesUsage(used: TokensUsed): Record<string, unknown> {
  return {
    input_tokens: used.input,
    cache_creation_input_tokens: used.cacheWritten,
    cache_read_input_tokens: used.cacheRead,
    output_tokens: used.output,
    ...(used.reasoning !== null && { output_tokens_details: { thinking_tokens: used.reasoning } }),
  }
}
