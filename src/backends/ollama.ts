/** Ollama through its OpenAI-compatible `/v1`. */
import type { BackendBehaviour } from './kind.ts'

export const ollama: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [],
}
