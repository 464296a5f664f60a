/** vLLM. */
import type { BackendBehaviour } from './kind.ts'

export const vllm: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [],
}
