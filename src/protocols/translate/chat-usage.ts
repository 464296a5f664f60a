/** `usage` of chat, read and written. */
import { tokenCount, type TokensUsed } from './tokens-used.ts'

/** @param usage `usage` of a chat answer; servers leave out what they do not count */
export function fromChatUsage(usage: Readonly<Record<string, unknown>>): TokensUsed {
  const { prompt_tokens_details: prompt, completion_tokens_details: completion } = usage
  const cacheRead = tokenCount(prompt, 'cached_tokens') ?? 0
  // LiteLLM had the second name before OpenAI had the first.
  const cacheWritten =
    tokenCount(prompt, 'cache_write_tokens') ?? tokenCount(prompt, 'cache_creation_tokens') ?? 0
  return {
    input: Math.max(0, (tokenCount(usage, 'prompt_tokens') ?? 0) - cacheRead - cacheWritten),
    cacheRead,
    cacheWritten,
    output: tokenCount(usage, 'completion_tokens') ?? 0,
    reasoning: tokenCount(completion, 'reasoning_tokens'),
  }
}

export function toChatUsage(used: TokensUsed): Record<string, unknown> {
  const prompt = used.input + used.cacheRead + used.cacheWritten
  return {
    prompt_tokens: prompt,
    completion_tokens: used.output,
    total_tokens: prompt + used.output,
    prompt_tokens_details: { cached_tokens: used.cacheRead, cache_write_tokens: used.cacheWritten },
    ...(used.reasoning !== null && { completion_tokens_details: { reasoning_tokens: used.reasoning } }),
  }
}
