/** Anthropic's API, or whoever speaks it. */
import type { BackendBehaviour } from './kind.ts'

export const anthropic: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [],
}
