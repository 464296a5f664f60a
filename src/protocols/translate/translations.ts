/** Which translation leads from what a client speaks to what a backend speaks. `table/wire-of.ts` says which is chosen. */
import type { Surface, Wire } from '../../table/route-table.ts'
import { chatToOllama } from './chat-to-ollama/chat-to-ollama.ts'
import { chatToMessages } from './chat-to-messages/chat-to-messages.ts'
import { compose } from './compose.ts'
import { messagesToChat } from './messages-to-chat/messages-to-chat.ts'
import { responsesToChat } from './responses-to-chat/responses-to-chat.ts'
import type { Translation } from './translation.ts'

const TRANSLATIONS: Partial<Record<Surface, Partial<Record<Wire, Translation>>>> = {
  chat: { messages: chatToMessages, 'ollama-chat': chatToOllama },
  messages: { chat: messagesToChat, 'ollama-chat': compose(messagesToChat, chatToOllama) },
  responses: {
    chat: responsesToChat,
    messages: compose(responsesToChat, chatToMessages),
    'ollama-chat': compose(responsesToChat, chatToOllama),
  },
}

/** @throws Error where there is none */
export function translationOf(surface: Surface, wire: Wire): Translation {
  const translation = TRANSLATIONS[surface]?.[wire]
  if (translation === undefined) throw new Error(`there is no translation of ${surface} to ${wire}`)
  return translation
}
