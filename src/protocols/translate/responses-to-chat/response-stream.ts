/** A streamed answer of chat as the events of a response. */
import { isRecord } from '../../json-object.ts'
import { createCallDeltas, type StreamedCall } from '../call-deltas.ts'
import { chatSaid } from '../chat-said.ts'
import { namedEvent } from '../named-event.ts'
import type { Asked, StreamTranslator } from '../translation.ts'
import { wireObject } from '../wire-object.ts'
import { createCallIds } from './call-ids.ts'
import {
  itemId,
  itemObject,
  partObject,
  partSays,
  type CallItem,
  type ItemStatus,
  type OutputItem,
  type SpokenItem,
  type SpokenPart,
} from './output-item.ts'
import { endStatus, responseEnd, responseObject, type ResponseEnd } from './response-object.ts'
import { responseUsage } from './response-usage.ts'
import { saidLogprobs } from './said-logprobs.ts'

/** A call that has begun. Its name may come in pieces, so its item is told of with the first of its arguments. */
interface Call extends StreamedCall {
  /** null = not told of. */
  item: CallItem | null
}

/**
 * Thoughts and messages end where something else begins. Calls end with the answer, as pieces of several may come in turn.
 * Items stand in the order in which they began.
 */
export function createResponseStream(asked: Asked): StreamTranslator {
  const output: OutputItem[] = []
  const open = new Set<OutputItem>()
  const callIds = createCallIds(asked.id)
  const deltas = createCallDeltas<Call>(() => ({ id: null, name: '', begun: false, item: null }))
  /** What is being said; null = nothing, or calls. */
  let speaking: SpokenItem | null = null
  /** A call that was not told of yet. */
  let waiting: Call | null = null
  let started = false
  let model: unknown
  let serviceTier: unknown
  let finish: unknown
  let usage: unknown
  let sequence = 0
  let events = ''

  const emit = (type: string, members: Record<string, unknown>): void => {
    events += namedEvent({ type, sequence_number: sequence, ...members })
    sequence += 1
  }
  const emitState = (type: string, end: ResponseEnd | null): void => {
    const used = end === null ? undefined : responseUsage(usage)
    emit(type, { response: responseObject(asked, { model, serviceTier, end, output, usage: used }) })
  }
  const placeOf = (item: OutputItem): { item_id: string; output_index: number } => ({
    item_id: item.id,
    output_index: item.index,
  })
  const partPlaceOf = (item: SpokenItem): Record<string, unknown> => ({
    ...placeOf(item),
    content_index: item.parts.length - 1,
  })

  const start = (): void => {
    if (started) return
    started = true
    emitState('response.created', null)
    emitState('response.in_progress', null)
  }

  const openItem = (item: OutputItem): void => {
    emit('response.output_item.added', {
      output_index: item.index,
      item: itemObject(item, 'in_progress'),
    })
    output.push(item)
    open.add(item)
  }
  const closePart = (item: SpokenItem): void => {
    const part = item.parts.at(-1)
    if (part === undefined) return
    const place = partPlaceOf(item)
    emit(`response.${part.type}.done`, { ...place, ...partSays(part) })
    emit('response.content_part.done', { ...place, part: partObject(part) })
  }
  const closeItem = (item: OutputItem, status: ItemStatus): void => {
    if (item.type === 'function_call') {
      const { name, arguments: whole } = item
      emit('response.function_call_arguments.done', { ...placeOf(item), name, arguments: whole })
    } else closePart(item)
    emit('response.output_item.done', {
      output_index: item.index,
      item: itemObject(item, status),
    })
    open.delete(item)
  }
  const stopSpeaking = (): void => {
    if (speaking !== null) closeItem(speaking, 'completed')
    speaking = null
  }

  const tellOf = (call: Call): CallItem => {
    waiting = null
    const index = output.length
    const item: CallItem = {
      type: 'function_call',
      id: itemId('function_call', asked.id, index),
      index,
      callId: callIds.take(call.id, index),
      name: call.name,
      arguments: '',
    }
    openItem(item)
    call.item = item
    return item
  }

  const speak = (part: SpokenPart, type: SpokenItem['type']): void => {
    if (part.text === '') return
    if (waiting !== null) tellOf(waiting)
    if (speaking?.type !== type) {
      stopSpeaking()
      const index = output.length
      speaking = { type, id: itemId(type, asked.id, index), index, parts: [] }
      openItem(speaking)
    }
    let current = speaking.parts.at(-1)
    if (current?.type !== part.type) {
      closePart(speaking)
      current = { type: part.type, text: '', logprobs: [] }
      speaking.parts.push(current)
      emit('response.content_part.added', { ...partPlaceOf(speaking), part: partObject(current) })
    }
    current.text += part.text
    current.logprobs.push(...part.logprobs)
    emit(`response.${part.type}.delta`, {
      ...partPlaceOf(speaking),
      delta: part.text,
      ...(part.type === 'output_text' && { logprobs: part.logprobs }),
    })
  }

  const callOn = (delta: unknown): void => {
    const { call, isNew, arguments: added } = deltas.push(delta)
    if (isNew) {
      stopSpeaking()
      if (waiting !== null) tellOf(waiting)
      waiting = call
    }
    if (added === '') return
    const item = call.item ?? tellOf(call)
    item.arguments += added
    emit('response.function_call_arguments.delta', { ...placeOf(item), delta: added })
  }

  const read = (choice: Readonly<Record<string, unknown>>): void => {
    finish = choice['finish_reason'] ?? finish
    const { delta } = choice
    if (!isRecord(delta)) return
    const said = chatSaid(delta)
    speak({ type: 'reasoning_text', text: said.reasoning, logprobs: [] }, 'reasoning')
    speak({ type: 'output_text', text: said.text, logprobs: saidLogprobs(choice['logprobs']) }, 'message')
    speak({ type: 'refusal', text: said.refusal, logprobs: [] }, 'message')
    if (Array.isArray(delta['tool_calls'])) delta['tool_calls'].forEach(callOn)
  }

  const taken = (): string => {
    const text = events
    events = ''
    return text
  }

  return {
    push({ data }) {
      if (data === '[DONE]') return ''
      const chunk = wireObject(data)
      model ||= chunk['model']
      serviceTier = chunk['service_tier'] ?? serviceTier
      usage = chunk['usage'] ?? usage
      start()
      const choice: unknown = Array.isArray(chunk['choices']) ? chunk['choices'][0] : undefined
      if (isRecord(choice)) read(choice)
      return taken()
    },
    end() {
      start()
      if (waiting !== null) tellOf(waiting)
      const end = responseEnd(finish)
      for (const item of open) closeItem(item, endStatus(item, output, end))
      emitState(`response.${end.status}`, end)
      return taken()
    },
  }
}
