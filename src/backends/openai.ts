/** vLLM, llama.cpp, LM Studio, a hosted provider: whatever speaks OpenAI's API as it is. */
import type { BackendBehaviour } from './kind.ts'

export const openai: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [],
}
