/** Clients of the Responses API before a backend that speaks chat. */
import type { Translation } from '../translation.ts'
import { chatRequest } from './chat-request.ts'
import { clientField } from './client-field.ts'
import { createResponseStream } from './response-stream.ts'
import { toResponse } from './to-response.ts'

export const responsesToChat: Translation = {
  request: chatRequest,
  clientField,
  answer: toResponse,
  stream: createResponseStream,
}
