/**
 * What each kind of backend speaks by itself. A policy says otherwise by `speaks`: versions differ, and so do hosted
 * services.
 */
import type { BackendKind, Wire } from './route-table.ts'

const AS_OPENAI: readonly Wire[] = [
  'chat',
  'completions',
  'embeddings',
  'rerank',
  'transcriptions',
  'speech',
  'images',
  'moderations',
]

export const KIND_SURFACES: Readonly<Record<BackendKind, readonly Wire[]>> = {
  openai: [...AS_OPENAI, 'translations'],
  anthropic: ['messages', 'count-tokens'],
  vllm: ['chat', 'completions', 'embeddings', 'rerank', 'transcriptions', 'translations'],
  llamacpp: ['chat', 'completions', 'embeddings', 'rerank'],
  mlx: ['chat', 'completions'],
  ollama: ['chat', 'completions', 'embeddings'],
  // It has no path for translations.
  litellm: [...AS_OPENAI, 'responses', 'messages', 'count-tokens'],
  opencode: ['chat'],
  demo: ['chat', 'completions', 'embeddings'],
}
