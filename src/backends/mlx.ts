/** MLX's server (`mlx_lm.server`). */
import type { BackendBehaviour } from './kind.ts'

export const mlx: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [],
}
