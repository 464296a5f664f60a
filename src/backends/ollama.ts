/** Ollama through its OpenAI-compatible `/v1`. */
import type { BackendBehaviour } from './kind.ts'

export const ollama: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  // Of the two it reads one.
  renames: { max_completion_tokens: 'max_tokens' },
  responseHeaders: [],
}
