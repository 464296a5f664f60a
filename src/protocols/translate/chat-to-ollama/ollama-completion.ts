/** A whole answer of Ollama's `/api/chat` as one of chat. */
import { isRecord } from '../../json-object.ts'
import { toChatUsage } from '../chat-usage.ts'
import { knowsFunctionsOnly } from '../chat-to-messages/to-finish.ts'
import { NOTHING_USED, tokenCount, type TokensUsed } from '../tokens-used.ts'
import type { Asked } from '../translation.ts'

type Fields = Readonly<Record<string, unknown>>

/** @throws TypeError for an answer without a message, and for a call that makes no sense */
export function ollamaCompletion(answer: Fields, asked: Asked): Record<string, unknown> {
  const { model, message, logprobs, done_reason: reason } = answer
  if (!isRecord(message)) throw new TypeError('an answer has no message')
  const { content, thinking } = message
  const calls = ollamaCalls(message['tool_calls'], asked.id, 0)
  const isOld = knowsFunctionsOnly(asked.body)
  const text = typeof content === 'string' ? content : ''
  return {
    id: `chatcmpl-${asked.id}`,
    object: 'chat.completion',
    created: asked.createdAt,
    model: typeof model === 'string' && model !== '' ? model : asked.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && calls.length > 0 ? null : text,
          refusal: null,
          ...(typeof thinking === 'string' && thinking !== '' && { reasoning_content: thinking }),
          ...(calls.length > 0 && (isOld ? { function_call: calls[0]?.function } : { tool_calls: calls })),
        },
        logprobs: Array.isArray(logprobs) ? { content: logprobs, refusal: null } : null,
        finish_reason: ollamaFinish(reason, { hasCalls: calls.length > 0, isOld }),
      },
    ],
    usage: toChatUsage(ollamaUsage(answer)),
  }
}

export interface OllamaCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

/**
 * Its calls come whole.
 * @param id unique: older versions name no calls
 * @param before how many there were already
 * @throws TypeError for one that makes no sense
 */
export function ollamaCalls(calls: unknown, id: string, before: number): OllamaCall[] {
  if (!Array.isArray(calls)) return []
  return calls.map((call: unknown, index) => {
    const of = isRecord(call) ? call['function'] : null
    if (!isRecord(call) || !isRecord(of) || typeof of['name'] !== 'string') {
      throw new TypeError('a tool call has no name')
    }
    const own = call['id']
    return {
      id: typeof own === 'string' && own !== '' ? own : `call_${id}_${before + index}`,
      type: 'function',
      function: { name: of['name'], arguments: JSON.stringify(of['arguments'] ?? {}) },
    }
  })
}

export function ollamaFinish(
  reason: unknown,
  { hasCalls, isOld }: { hasCalls: boolean; isOld: boolean },
): string {
  if (hasCalls) return isOld ? 'function_call' : 'tool_calls'
  return reason === 'length' ? 'length' : 'stop'
}

/** A prompt that stands in its cache is not counted by older versions. */
export function ollamaUsage(answer: Fields): TokensUsed {
  return {
    ...NOTHING_USED,
    input: tokenCount(answer, 'prompt_eval_count') ?? 0,
    output: tokenCount(answer, 'eval_count') ?? 0,
  }
}
