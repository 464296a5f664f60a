import type { Translation } from '../translation.ts'
import { createOllamaStream } from './ollama-stream.ts'
import { ollamaCompletion } from './ollama-completion.ts'
import { toOllamaRequest } from './to-ollama-request.ts'

/** A client that speaks chat before Ollama's own `/api/chat`. docs/translation.md says what maps to what. */
export const chatToOllama: Translation = {
  request: toOllamaRequest,
  answer: ollamaCompletion,
  stream: createOllamaStream,
}
