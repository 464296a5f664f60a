/** llama.cpp's server. */
import type { BackendBehaviour } from './kind.ts'

export const llamacpp: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [],
}
