/** vLLM, llama.cpp, LM Studio, a hosted provider: whatever speaks OpenAI's API as it is. */
import type { BackendBehaviour } from './kind.ts'

/** Translations say `max_tokens`, which servers of all sorts read. Here models since o1 answer 400 to it. */
const OWN_ORIGIN = 'https://api.openai.com:443'

export const openai: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [],
  translatedRenames: (origin) => (origin === OWN_ORIGIN ? { max_tokens: 'max_completion_tokens' } : {}),
}
