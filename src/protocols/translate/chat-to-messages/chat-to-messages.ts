import type { Translation } from '../translation.ts'
import { createCompletionStream } from './completion-stream.ts'
import { toCompletion } from './to-completion.ts'
import { toMessagesRequest } from './to-messages-request.ts'

/** A client that speaks chat before a backend that speaks Anthropic's messages. docs/translation.md says what maps to what. */
export const chatToMessages: Translation = {
  request: toMessagesRequest,
  answer: toCompletion,
  stream: createCompletionStream,
}
