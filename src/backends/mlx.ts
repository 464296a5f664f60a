/** MLX's server (`mlx_lm.server`). */
import type { BackendBehaviour } from './kind.ts'

export const mlx: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [],
  // A model that cannot be loaded and an answer that goes wrong are both a 404 with `{"error": "…"}`.
  failsBy404: true,
}
