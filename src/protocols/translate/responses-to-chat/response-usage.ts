import { isRecord } from '../../json-object.ts'
import { fromChatUsage } from '../chat-usage.ts'

/** @returns `usage` of a response; undefined where the wire told none */
export function responseUsage(usage: unknown): Record<string, unknown> | undefined {
  if (!isRecord(usage)) return undefined
  const { input, cacheRead, cacheWritten, output, reasoning } = fromChatUsage(usage)
  const whole = input + cacheRead + cacheWritten
  return {
    input_tokens: whole,
    input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWritten },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning ?? 0 },
    total_tokens: whole + output,
  }
}
