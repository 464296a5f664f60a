/** Who speaks in a turn of a conversation, whichever protocol it is written in. */
import { isRecord } from './json-object.ts'

export type TextRole = 'system' | 'user' | 'assistant' | 'tool' | 'other'

const ROLES: Readonly<Record<string, TextRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
}

/** Items of a response that are no message: what a tool answered, and what a model did. */
const TOOL_ITEM = /^\w+_output$/
const MODEL_ITEM = /^(?:reasoning|\w+_call)$/

/** A message of chat or of Anthropic's, or an item of OpenAI's responses. */
export function roleOfTurn(turn: unknown): TextRole {
  if (!isRecord(turn)) return 'other'
  const { role, type } = turn
  if (typeof role === 'string') return Object.hasOwn(ROLES, role) ? (ROLES[role] ?? 'other') : 'other'
  if (typeof type !== 'string') return 'other'
  if (TOOL_ITEM.test(type)) return 'tool'
  return MODEL_ITEM.test(type) ? 'assistant' : 'other'
}
