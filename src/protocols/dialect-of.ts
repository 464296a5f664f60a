/** Which dialect is spoken on which wire. */
import type { Wire } from '../table/route-table.ts'
import type { Dialect } from './dialect.ts'
import { chat } from './dialects/chat.ts'
import { messages } from './dialects/messages.ts'
import { ollamaChat } from './dialects/ollama-chat.ts'
import { plain } from './dialects/plain.ts'
import { responses } from './dialects/responses.ts'

const DIALECTS: Partial<Record<Wire, Dialect>> = {
  chat,
  completions: chat,
  messages,
  'count-tokens': messages,
  responses,
  'ollama-chat': ollamaChat,
}

export function dialectOf(wire: Wire): Dialect {
  return DIALECTS[wire] ?? plain
}
