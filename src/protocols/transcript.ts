/**
 * What a client has been sent of a streamed chat answer, as far as another model could go on from there: the plain text of
 * one choice. Anything else (a tool call, reasoning, a second choice) ends that.
 */
import { isRecord } from './json-object.ts'
import { eventData } from './sse.ts'

/** Longest text that is kept. */
const MAX_CHARACTERS = 256 * 1024

/** Fields of the events by which a client tells one answer from another. */
export interface Identity {
  id?: unknown
  created?: unknown
  model?: unknown
}

export interface SaidSoFar {
  text: string
  identity: Identity
}

export interface Transcript {
  /** @param piece whole events */
  add: (piece: Uint8Array) => void
  /** Null when nobody could go on from here. */
  soFar: () => SaidSoFar | null
}

export function createTranscript(): Transcript {
  const decoder = new TextDecoder()
  let text = ''
  let isPlain = true
  const identity: Identity = {}
  const take = (data: string): void => {
    const event = parse(data)
    const choices = event?.['choices']
    if (event === null || !Array.isArray(choices) || choices.length > 1) {
      isPlain = false
      return
    }
    for (const name of ['id', 'created', 'model'] as const) {
      if (event[name] !== undefined) identity[name] ??= event[name]
    }
    for (const choice of choices) {
      const said = plainTextOf(choice)
      if (said === null || text.length + said.length > MAX_CHARACTERS) isPlain = false
      else text += said
    }
  }
  return {
    add(piece) {
      for (const data of isPlain ? eventData(decoder.decode(piece)) : []) take(data)
    },
    soFar: () => (isPlain && text !== '' ? { text, identity } : null),
  }
}

/** Null when there is more to it than text, or when it has ended. */
function plainTextOf(choice: unknown): string | null {
  if (!isRecord(choice) || (choice['index'] !== undefined && choice['index'] !== 0)) return null
  if (choice['finish_reason'] !== undefined && choice['finish_reason'] !== null) return null
  const { delta } = choice
  if (!isRecord(delta)) return null
  const { role, content, ...others } = delta
  if (role !== undefined && role !== null && role !== 'assistant') return null
  if (Object.values(others).some((value) => value !== null && value !== '')) return null
  return typeof content === 'string' ? content : ''
}

function parse(data: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(data)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}
