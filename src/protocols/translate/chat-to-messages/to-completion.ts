/** A whole message as a chat answer. */
import { isRecord } from '../../json-object.ts'
import { toChatUsage } from '../chat-usage.ts'
import { fromMessagesUsage } from '../messages-usage.ts'
import type { Asked } from '../translation.ts'
import { knowsFunctionsOnly, toFinish } from './to-finish.ts'

/** @throws TypeError for an answer without content, and for a block that makes no sense */
export function toCompletion(
  answer: Readonly<Record<string, unknown>>,
  asked: Asked,
): Record<string, unknown> {
  const { id, model, content, usage, stop_reason: stopReason, stop_details: details } = answer
  if (!Array.isArray(content) || !content.every(isRecord)) throw new TypeError('a message has no content')
  const isOld = knowsFunctionsOnly(asked.body)
  const text = said(content, 'text')
  const reasoning = said(content, 'thinking')
  const calls = content.filter(({ type }) => type === 'tool_use').map(toCall)
  const message = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: isRecord(details) && typeof details['explanation'] === 'string' ? details['explanation'] : null,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(calls.length > 0 && (isOld ? { function_call: calls[0]?.function } : { tool_calls: calls })),
  }
  return {
    id: typeof id === 'string' && id !== '' ? id : `chatcmpl-${asked.id}`,
    object: 'chat.completion',
    created: asked.createdAt,
    model: typeof model === 'string' && model !== '' ? model : asked.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: toFinish(stopReason, isOld) }],
    usage: toChatUsage(fromMessagesUsage(usage)),
  }
}

function said(blocks: readonly Record<string, unknown>[], type: 'text' | 'thinking'): string {
  return blocks
    .filter((block) => block['type'] === type)
    .map((block) => (typeof block[type] === 'string' ? block[type] : ''))
    .join('')
}

interface Call {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

function toCall({ id, name, input }: Readonly<Record<string, unknown>>): Call {
  if (typeof id !== 'string' || typeof name !== 'string')
    throw new TypeError('a tool call has no id or no name')
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } }
}
