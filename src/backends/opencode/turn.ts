/**
 * One turn of a session as OpenCode tells it in its events: which of them are words of the answer, and how it ended.
 * The stream of events is the whole server's; what belongs to other sessions is passed over.
 */
import { isRecord } from '../../protocols/json-object.ts'

export interface TurnUsage {
  /** With what came from a cache. */
  input: number
  cached: number
  /** With `reasoning`. */
  output: number
  reasoning: number
}

export type TurnStep =
  | { kind: 'text' | 'reasoning'; text: string }
  /** The agent wants to do something: that is denied. */
  | { kind: 'permission' | 'question'; id: string }
  | { kind: 'failed'; status: number; message: string; retryAfterMs: number | null }
  | { kind: 'done'; finish: string; usage: TurnUsage | null }

export interface Turn {
  /** @param event the parsed data of one event */
  take: (event: unknown) => TurnStep[]
}

interface Part {
  kind: 'text' | 'reasoning'
  messageId: string
  /** What was heard of it. */
  text: string
  /** How many characters of that were handed on. */
  told: number
}

type Fields = Record<string, unknown>

/** OpenCode's names of failures → the status that says the same to whoever decides what is tried next. */
const STATUS: Readonly<Record<string, number>> = {
  ProviderAuthError: 401,
  ContextOverflowError: 413,
  ContentFilterError: 400,
}
const MESSAGES: Readonly<Record<string, string>> = {
  ContextOverflowError: 'the prompt is too long: maximum context length exceeded',
}

/** What OpenCode writes of a provider that wants to be left alone. */
const RATE_LIMITED = /rate.?limit|too many requests|\b429\b|quota/i

export function createTurn(sessionId: string): Turn {
  /** By id; only those of kinds that are words. */
  const parts = new Map<string, Part>()
  /** Whose messages are the model's. What a part of an unknown message says waits. */
  const roles = new Map<string, string>()
  /** Told in events that are behind what has been handed on. */
  let end: { finish: string; usage: TurnUsage | null } | null = null
  let isOver = false

  const flush = (part: Part): TurnStep[] => {
    if (roles.get(part.messageId) !== 'assistant' || part.text.length === part.told) return []
    const text = part.text.slice(part.told)
    part.told = part.text.length
    return [{ kind: part.kind, text }]
  }
  const flushAll = (): TurnStep[] => Array.from(parts.values(), flush).flat()
  const fail = (failure: { status: number; message: string; retryAfterMs?: number }): TurnStep[] => {
    isOver = true
    return [{ kind: 'failed', retryAfterMs: null, ...failure }]
  }

  const takePart = ({ id, messageID, type, text }: Fields): TurnStep[] => {
    if (typeof id !== 'string' || typeof messageID !== 'string') return []
    if (type !== 'text' && type !== 'reasoning') return []
    const part = parts.get(id) ?? { kind: type, messageId: messageID, text: '', told: 0 }
    parts.set(id, part)
    // The whole of it comes at its end, and mends what of its deltas was missed.
    if (typeof text === 'string' && text.startsWith(part.text)) part.text = text
    return flush(part)
  }
  const takeDelta = ({ partID, field, delta }: Fields): TurnStep[] => {
    const part = parts.get(String(partID))
    if (part === undefined || field !== 'text' || typeof delta !== 'string') return []
    part.text += delta
    return flush(part)
  }
  const takeMessage = ({ id, role, finish, tokens, error }: Fields): TurnStep[] => {
    if (typeof id !== 'string' || typeof role !== 'string') return []
    roles.set(id, role)
    const steps = flushAll()
    if (role !== 'assistant') return steps
    if (isRecord(error)) return [...steps, ...fail(failureOf(error))]
    if (typeof finish === 'string') end = { finish, usage: usageOf(tokens) }
    return steps
  }
  const takeStatus = (status: unknown): TurnStep[] => {
    if (!isRecord(status)) return []
    if (status['type'] === 'idle') return finish()
    // It would try for ever, and say again what it has said.
    if (status['type'] !== 'retry') return []
    const message = textOf(status['message']) || 'the provider failed'
    const { next } = status
    const wait = typeof next === 'number' ? Math.max(0, next - Date.now()) : 0
    if (RATE_LIMITED.test(message)) return fail({ status: 429, message, retryAfterMs: wait })
    return fail({ status: 502, message })
  }
  const finish = (): TurnStep[] => {
    // Idle is also said before the turn has begun.
    if (end === null) return []
    isOver = true
    return [...flushAll(), { kind: 'done', ...end }]
  }

  return {
    take(event) {
      if (isOver || !isRecord(event) || !isRecord(event['properties'])) return []
      const { properties } = event
      const part = isRecord(properties['part']) ? properties['part'] : {}
      const info = isRecord(properties['info']) ? properties['info'] : {}
      if ((properties['sessionID'] ?? part['sessionID'] ?? info['sessionID']) !== sessionId) return []
      switch (event['type']) {
        case 'message.updated':
          return takeMessage(info)
        case 'message.part.updated':
          return takePart(part)
        case 'message.part.delta':
          return takeDelta(properties)
        case 'permission.asked':
          return [{ kind: 'permission', id: String(properties['id']) }]
        case 'question.asked':
          return [{ kind: 'question', id: String(properties['id']) }]
        case 'session.status':
          return takeStatus(properties['status'])
        case 'session.error':
          return fail(failureOf(isRecord(properties['error']) ? properties['error'] : {}))
        case 'session.idle':
          return finish()
        default:
          return []
      }
    },
  }
}

function failureOf({ name, data }: Fields): { status: number; message: string } {
  const fields = isRecord(data) ? data : {}
  const { statusCode } = fields
  const kind = typeof name === 'string' ? name : ''
  // Only its message is passed on: it also tells the provider's headers, address and whole answer.
  const message = MESSAGES[kind] ?? (textOf(fields['message']) || `OpenCode failed (${kind || 'unknown'})`)
  const status = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 600 ? statusCode : 502
  return { status: STATUS[kind] ?? status, message }
}

function usageOf(tokens: unknown): TurnUsage | null {
  if (!isRecord(tokens)) return null
  const cache = isRecord(tokens['cache']) ? tokens['cache'] : {}
  const cached = count(cache['read'])
  const reasoning = count(tokens['reasoning'])
  // OpenCode counts neither what was cached as input nor reasoning as output.
  return {
    input: count(tokens['input']) + cached + count(cache['write']),
    cached,
    output: count(tokens['output']) + reasoning,
    reasoning,
  }
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
