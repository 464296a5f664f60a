/** A streamed message as the chunks of a chat answer. */
import { isRecord } from '../../json-object.ts'
import { CHAT_END, chatEvent } from '../chat-event.ts'
import { toChatUsage } from '../chat-usage.ts'
import { fromMessagesUsage } from '../messages-usage.ts'
import { NOTHING_USED } from '../tokens-used.ts'
import type { Asked, StreamTranslator } from '../translation.ts'
import { wireObject } from '../wire-object.ts'
import { knowsFunctionsOnly, toFinish } from './to-finish.ts'

/** A block that is under way; of a tool call also what is needed to end it. */
type Open =
  | { type: 'text' | 'thinking' | 'other' }
  | { type: 'tool_use'; call: number; input: unknown; hasArguments: boolean }

type Fields = Readonly<Record<string, unknown>>

export function createCompletionStream(asked: Asked): StreamTranslator {
  const isOld = knowsFunctionsOnly(asked.body)
  const options = asked.body['stream_options']
  const wantsUsage = isRecord(options) && options['include_usage'] === true
  const open = new Map<unknown, Open>()
  let head: Fields | null = null
  let calls = 0
  let usage = NOTHING_USED
  let stopReason: unknown = null
  let refusal: string | null = null
  let isEnded = false

  const chunk = (fields: Fields): string => {
    if (head === null) throw new TypeError('a message begins without `message_start`')
    return chatEvent({ ...head, ...fields })
  }
  const say = (delta: Fields, finish: string | null = null): string =>
    chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] })

  const start = (message: unknown): string => {
    if (!isRecord(message) || head !== null) throw new TypeError('a message begins twice, or with nothing')
    const { id, model } = message
    head = {
      id: typeof id === 'string' && id !== '' ? id : `chatcmpl-${asked.id}`,
      object: 'chat.completion.chunk',
      created: asked.createdAt,
      model: typeof model === 'string' && model !== '' ? model : asked.model,
    }
    usage = fromMessagesUsage(message['usage'])
    return say({ role: 'assistant', content: '' })
  }

  const begin = (index: unknown, block: unknown): string => {
    if (!isRecord(block) || head === null)
      throw new TypeError('a block begins before its message, or with nothing')
    const { type, id, name, input } = block
    if (type === 'text' || type === 'thinking') {
      open.set(index, { type })
      return tell(type, block[type])
    }
    if (type !== 'tool_use') {
      open.set(index, { type: 'other' })
      return ''
    }
    if (typeof id !== 'string' || typeof name !== 'string')
      throw new TypeError('a tool call has no id or no name')
    open.set(index, { type, call: calls, input, hasArguments: false })
    const of = { name, arguments: '' }
    const delta = isOld
      ? { function_call: of }
      : { tool_calls: [{ index: calls, id, type: 'function', function: of }] }
    calls += 1
    return say(delta)
  }

  const tell = (type: 'text' | 'thinking', text: unknown): string => {
    if (typeof text !== 'string' || text === '') return ''
    return say(type === 'text' ? { content: text } : { reasoning_content: text })
  }

  const argue = (block: Open, json: unknown): string => {
    if (block.type !== 'tool_use' || typeof json !== 'string' || json === '') return ''
    block.hasArguments = true
    const of = { arguments: json }
    return say(isOld ? { function_call: of } : { tool_calls: [{ index: block.call, function: of }] })
  }

  const go = (index: unknown, delta: unknown): string => {
    const block = open.get(index)
    if (block === undefined || !isRecord(delta))
      throw new TypeError('a block goes on that has not begun, or with nothing')
    switch (delta['type']) {
      case 'text_delta':
        return tell('text', delta['text'])
      case 'thinking_delta':
        return tell('thinking', delta['thinking'])
      case 'input_json_delta':
        return argue(block, delta['partial_json'])
      default:
        return ''
    }
  }

  /** A call without arguments says so at last: chat has `{}` for it. */
  const stop = (index: unknown): string => {
    const block = open.get(index)
    open.delete(index)
    return block?.type === 'tool_use' && !block.hasArguments
      ? argue(block, JSON.stringify(block.input ?? {}))
      : ''
  }

  const end = (): string => {
    if (isEnded) return ''
    isEnded = true
    const rest = [...open.keys()].map(stop).join('')
    const finish = say(refusal === null ? {} : { refusal }, toFinish(stopReason, isOld))
    return rest + finish + (wantsUsage ? chunk({ choices: [], usage: toChatUsage(usage) }) : '') + CHAT_END
  }

  return {
    push({ data }) {
      if (isEnded) return ''
      const event = wireObject(data)
      switch (event['type']) {
        case 'message_start':
          return start(event['message'])
        case 'content_block_start':
          return begin(event['index'], event['content_block'])
        case 'content_block_delta':
          return go(event['index'], event['delta'])
        case 'content_block_stop':
          return stop(event['index'])
        case 'message_delta': {
          const { delta } = event
          usage = fromMessagesUsage(event['usage'], usage)
          if (!isRecord(delta)) return ''
          stopReason = delta['stop_reason'] ?? stopReason
          const details = delta['stop_details']
          if (isRecord(details) && typeof details['explanation'] === 'string')
            refusal = details['explanation']
          return ''
        }
        case 'message_stop':
          return end()
        default:
          return ''
      }
    },
    end,
  }
}
