/** A whole chat answer as a message. */
import { isRecord } from '../../json-object.ts'
import { callInput } from '../call-input.ts'
import { chatSaid } from '../chat-said.ts'
import { fromChatUsage } from '../chat-usage.ts'
import { toMessagesUsage } from '../messages-usage.ts'
import type { Asked } from '../translation.ts'
import { firstChoice, toStop } from './to-stop.ts'

/** @throws TypeError for an answer without a message, and for a tool call that makes no sense */
export function toMessage(answer: Readonly<Record<string, unknown>>, asked: Asked): Record<string, unknown> {
  const choice = firstChoice(answer)
  const message = choice?.['message']
  if (choice === null || !isRecord(message)) throw new TypeError('a chat answer has no message')
  const { text, reasoning, refusal } = chatSaid(message)
  const calls = callsOf(message)
  const isCut = choice['finish_reason'] === 'length'
  const { id, model, usage } = answer
  return {
    id: typeof id === 'string' && id !== '' ? id : `msg_${asked.id}`,
    type: 'message',
    role: 'assistant',
    model: typeof model === 'string' && model !== '' ? model : asked.model,
    content: [
      ...(reasoning === '' ? [] : [{ type: 'thinking', thinking: reasoning, signature: '' }]),
      ...(text + refusal === '' ? [] : [{ type: 'text', text: text + refusal }]),
      ...calls.map((call, index) => toolUse(call, { id: `toolu_${asked.id}_${index}`, isCut })),
    ],
    ...toStop({ choice, hasCalls: calls.length > 0, refusal }, asked.body),
    usage: toMessagesUsage(fromChatUsage(isRecord(usage) ? usage : {})),
  }
}

function callsOf({ tool_calls: calls, function_call: old }: Readonly<Record<string, unknown>>): unknown[] {
  if (Array.isArray(calls) && calls.length > 0) return calls
  return isRecord(old) ? [{ function: old }] : []
}

/** @param fallback an id where the server gave none; whether the answer was cut off, and the arguments with it */
function toolUse(call: unknown, fallback: { id: string; isCut: boolean }): unknown {
  const of = isRecord(call) ? call['function'] : null
  if (!isRecord(call) || !isRecord(of) || typeof of['name'] !== 'string' || of['name'] === '') {
    throw new TypeError('a tool call has no name')
  }
  const input = callInput(of['arguments']) ?? (fallback.isCut ? {} : null)
  if (input === null) throw new TypeError('the arguments of a tool call are no JSON object')
  const { id } = call
  return {
    type: 'tool_use',
    id: typeof id === 'string' && id !== '' ? id : fallback.id,
    name: of['name'],
    input,
  }
}
