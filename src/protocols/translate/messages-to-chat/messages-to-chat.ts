import type { Translation } from '../translation.ts'
import { clientField } from './client-field.ts'
import { createMessageStream } from './message-stream.ts'
import { toChatRequest } from './to-chat-request.ts'
import { toMessage } from './to-message.ts'

/** A client that speaks Anthropic's messages before a backend that speaks chat. docs/translation.md says what maps to what. */
export const messagesToChat: Translation = {
  request: toChatRequest,
  clientField,
  answer: toMessage,
  stream: createMessageStream,
}
