/** A streamed answer of Ollama's `/api/chat`, an object a line, as the chunks of a chat answer. */
import { isRecord } from '../../json-object.ts'
import { CHAT_END, chatEvent } from '../chat-event.ts'
import { knowsFunctionsOnly } from '../chat-to-messages/to-finish.ts'
import { toChatUsage } from '../chat-usage.ts'
import { NOTHING_USED } from '../tokens-used.ts'
import type { Asked, StreamTranslator } from '../translation.ts'
import { wireObject } from '../wire-object.ts'
import { ollamaCalls, ollamaFinish, ollamaUsage } from './ollama-completion.ts'

type Fields = Readonly<Record<string, unknown>>

export function createOllamaStream(asked: Asked): StreamTranslator {
  const isOld = knowsFunctionsOnly(asked.body)
  const options = asked.body['stream_options']
  const wantsUsage = isRecord(options) && options['include_usage'] === true
  let head: Fields | null = null
  let calls = 0
  let usage = NOTHING_USED
  let reason: unknown = null
  let isEnded = false

  const headOf = (model: unknown): Fields => ({
    id: `chatcmpl-${asked.id}`,
    object: 'chat.completion.chunk',
    created: asked.createdAt,
    model: typeof model === 'string' && model !== '' ? model : asked.model,
  })
  const say = (delta: Fields, logprobs: unknown = null, finish: string | null = null): string =>
    chatEvent({ ...head, choices: [{ index: 0, delta, logprobs, finish_reason: finish }] })

  const tell = ({ content, thinking, tool_calls: called }: Fields, logprobs: unknown): string => {
    const probable = Array.isArray(logprobs) ? { content: logprobs, refusal: null } : null
    let text = ''
    if (typeof thinking === 'string' && thinking !== '') text += say({ reasoning_content: thinking })
    if (typeof content === 'string' && content !== '') text += say({ content }, probable)
    for (const call of ollamaCalls(called, asked.id, calls)) {
      text += say(isOld ? { function_call: call.function } : { tool_calls: [{ index: calls, ...call }] })
      calls += 1
    }
    return text
  }

  const end = (): string => {
    if (isEnded) return ''
    isEnded = true
    const finish = say({}, null, ollamaFinish(reason, { hasCalls: calls > 0, isOld }))
    const told = wantsUsage ? chatEvent({ ...head, choices: [], usage: toChatUsage(usage) }) : ''
    return finish + told + CHAT_END
  }

  return {
    push({ data }) {
      if (isEnded) return ''
      const event = wireObject(data)
      const { model, message, logprobs, done } = event
      let text = ''
      if (head === null) {
        head = headOf(model)
        text = say({ role: 'assistant', content: '' })
      }
      if (isRecord(message)) text += tell(message, logprobs)
      if (done !== true) return text
      reason = event['done_reason']
      usage = ollamaUsage(event)
      return text + end()
    },
    end() {
      head ??= headOf(null)
      return end()
    },
  }
}
