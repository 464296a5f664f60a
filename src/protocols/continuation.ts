/** A streamed chat answer that one model began and another one ends: what the second is asked, and what is heard of it. */
import { isRecord, type JsonObject } from './json-object.ts'
import { eventData } from './sse.ts'
import type { Identity } from './transcript.ts'

/** Whether a request is plain enough for that: chat, one choice, no form that half an answer would break. */
export function isContinuable({ value }: JsonObject): boolean {
  const { messages, n, response_format: format, modalities } = value
  const isText = !isRecord(format) || format['type'] === 'text'
  return (
    Array.isArray(messages) &&
    messages.length > 0 &&
    (n === undefined || n === null || n === 1) &&
    isText &&
    (modalities === undefined || modalities === null)
  )
}

/** The messages with what has been said so far as the assistant's last one. @param messages JSON of a list with entries */
export function withSaid(messages: string, text: string): string {
  const end = messages.lastIndexOf(']')
  return `${messages.slice(0, end)},${JSON.stringify({ role: 'assistant', content: text })}]`
}

/**
 * Events of the second answer as if the first one went on: under its id and model, without a role of its own.
 * @param text whole events
 * @returns empty when nothing of it is for the client
 */
export function asOneAnswer(text: string, identity: Identity): string {
  return eventData(text)
    .flatMap((data) => {
      if (data === '[DONE]') return [data]
      const event = parse(data)
      if (event === null) return [data]
      const { choices } = event
      const kept = Array.isArray(choices) ? choices.map(withoutRole) : choices
      const isEmpty = Array.isArray(kept) && kept.length > 0 && kept.every(saysNothing)
      return isEmpty && !isRecord(event['usage'])
        ? []
        : [JSON.stringify({ ...event, ...identity, choices: kept })]
    })
    .map((data) => `data: ${data}\n\n`)
    .join('')
}

function parse(data: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(data)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function withoutRole(choice: unknown): unknown {
  if (!isRecord(choice) || !isRecord(choice['delta'])) return choice
  const { role, ...delta } = choice['delta']
  return role === undefined ? choice : { ...choice, delta }
}

function saysNothing(choice: unknown): boolean {
  if (!isRecord(choice)) return false
  const { delta, finish_reason: finish } = choice
  const isOpen = finish === undefined || finish === null
  return isOpen && isRecord(delta) && Object.values(delta).every((value) => value === null || value === '')
}
