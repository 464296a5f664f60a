/** A streamed chat answer as the events of a message. */
import { isRecord } from '../../json-object.ts'
import { createCallDeltas } from '../call-deltas.ts'
import { chatSaid } from '../chat-said.ts'
import { fromChatUsage } from '../chat-usage.ts'
import { toMessagesUsage } from '../messages-usage.ts'
import { namedEvent } from '../named-event.ts'
import { NOTHING_USED } from '../tokens-used.ts'
import type { Asked, StreamTranslator } from '../translation.ts'
import { wireObject } from '../wire-object.ts'
import { createMessageBlocks, createToolUse } from './message-blocks.ts'
import { firstChoice, toStop } from './to-stop.ts'

const NO_CHOICE: Readonly<Record<string, unknown>> = {}

export function createMessageStream(asked: Asked): StreamTranslator {
  const blocks = createMessageBlocks((index) => `toolu_${asked.id}_${index}`)
  const calls = createCallDeltas(createToolUse)
  let usage = NOTHING_USED
  let refusal = ''
  let hasCalls = false
  let isStarted = false
  let isEnded = false
  /** The choice with the finish reason; null = it still speaks. */
  let finished: Readonly<Record<string, unknown>> | null = null

  const start = ({ id, model }: Readonly<Record<string, unknown>>): string => {
    if (isStarted) return ''
    isStarted = true
    const message = {
      id: typeof id === 'string' && id !== '' ? id : `msg_${asked.id}`,
      type: 'message',
      role: 'assistant',
      model: typeof model === 'string' && model !== '' ? model : asked.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      // A chat server tells what was used at the end; most often these are zeros, and `message_delta` has the figures.
      usage: toMessagesUsage(usage),
    }
    return namedEvent({ type: 'message_start', message })
  }

  const speak = (delta: Readonly<Record<string, unknown>>): string => {
    const said = chatSaid(delta)
    let events = said.reasoning === '' ? '' : blocks.say('thinking', said.reasoning)
    const text = said.text + said.refusal
    if (text !== '') events += blocks.say('text', text)
    refusal += said.refusal
    for (const piece of piecesOf(delta)) {
      const { call, isNew, arguments: added } = calls.push(piece)
      hasCalls = true
      events += blocks.call(call, isNew, added)
    }
    return events
  }

  const end = (): string => {
    if (isEnded) return ''
    isEnded = true
    const { stop_reason, stop_sequence, stop_details } = toStop(
      { choice: finished ?? NO_CHOICE, hasCalls, refusal },
      asked.body,
    )
    return (
      start(NO_CHOICE) +
      blocks.close() +
      namedEvent({
        type: 'message_delta',
        delta: { stop_reason, stop_sequence, stop_details },
        usage: toMessagesUsage(usage),
      }) +
      namedEvent({ type: 'message_stop' })
    )
  }

  return {
    push({ name, data }) {
      if (isEnded || name === 'ping') return ''
      if (data === '[DONE]') return end()
      const chunk = wireObject(data)
      if (isRecord(chunk['usage'])) usage = fromChatUsage(chunk['usage'])
      const choice = firstChoice(chunk)
      if (choice === null || finished !== null) return ''
      const { delta, finish_reason: reason } = choice
      const events = start(chunk) + (isRecord(delta) ? speak(delta) : '')
      if (typeof reason !== 'string' || reason === '') return events
      finished = choice
      return events + blocks.close()
    },
    end,
  }
}

/** `function_call` is what tools were called before there could be several. */
function piecesOf({
  tool_calls: calls,
  function_call: old,
}: Readonly<Record<string, unknown>>): readonly unknown[] {
  if (Array.isArray(calls)) return calls
  return isRecord(old) ? [{ index: 0, function: old }] : []
}
