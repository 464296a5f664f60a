/**
 * The API operations that are routed by model: what each is, as data. What is served, guarded, compiled and tested goes
 * through this list.
 */
import type { Surface } from './route-table.ts'

export interface SurfaceTraits {
  /** Path at the gateway. */
  path: string
  /** Path at a backend that speaks it, below its basePath. */
  backendPath: string
  /** Whether `"stream": true` means anything to it. */
  streams: boolean
  /** Whose shape errors have. */
  family: 'openai' | 'anthropic'
  /** What its requests are. */
  body: 'json' | 'form'
  /** What its answers are. */
  answer: 'json' | 'bytes'
  /** The field that holds turns of a conversation, if it is a list; null = there are none. */
  turns: 'messages' | 'input' | null
  /** Top-level fields that hold system text. */
  system: readonly string[]
  /** Top-level fields that hold what a user says, outside of turns. */
  prompts: readonly string[]
  /**
   * Names of the limit of an answer's length, the protocol's own first. All count: backends differ in whom they believe.
   * Empty = it writes no text whose length is counted in tokens, and sampling parameters mean nothing to it.
   */
  outputLimit: readonly string[]
}

const JSON_CALL = {
  streams: false,
  family: 'openai',
  body: 'json',
  answer: 'json',
  turns: null,
  system: [],
  outputLimit: [],
} as const

const CHAT_LIMIT = ['max_tokens', 'max_completion_tokens'] as const

const MESSAGES = {
  family: 'anthropic',
  body: 'json',
  answer: 'json',
  turns: 'messages',
  system: ['system'],
  prompts: [],
} as const

export const SURFACE_TRAITS: Readonly<Record<Surface, SurfaceTraits>> = {
  chat: {
    ...JSON_CALL,
    path: '/v1/chat/completions',
    backendPath: '/chat/completions',
    streams: true,
    turns: 'messages',
    prompts: [],
    outputLimit: CHAT_LIMIT,
  },
  completions: {
    ...JSON_CALL,
    path: '/v1/completions',
    backendPath: '/completions',
    streams: true,
    prompts: ['prompt', 'suffix'],
    outputLimit: CHAT_LIMIT,
  },
  embeddings: {
    ...JSON_CALL,
    path: '/v1/embeddings',
    backendPath: '/embeddings',
    prompts: ['input'],
  },
  responses: {
    ...JSON_CALL,
    path: '/v1/responses',
    backendPath: '/responses',
    streams: true,
    turns: 'input',
    system: ['instructions'],
    prompts: ['input'],
    outputLimit: ['max_output_tokens', ...CHAT_LIMIT],
  },
  messages: {
    ...MESSAGES,
    path: '/v1/messages',
    backendPath: '/messages',
    streams: true,
    outputLimit: CHAT_LIMIT,
  },
  'count-tokens': {
    ...MESSAGES,
    path: '/v1/messages/count_tokens',
    backendPath: '/messages/count_tokens',
    streams: false,
    outputLimit: [],
  },
  rerank: { ...JSON_CALL, path: '/v1/rerank', backendPath: '/rerank', prompts: ['query', 'documents'] },
  transcriptions: {
    ...JSON_CALL,
    path: '/v1/audio/transcriptions',
    backendPath: '/audio/transcriptions',
    body: 'form',
    prompts: ['prompt'],
  },
  speech: {
    ...JSON_CALL,
    path: '/v1/audio/speech',
    backendPath: '/audio/speech',
    answer: 'bytes',
    prompts: ['input', 'instructions'],
  },
  images: {
    ...JSON_CALL,
    path: '/v1/images/generations',
    backendPath: '/images/generations',
    prompts: ['prompt'],
  },
  moderations: {
    ...JSON_CALL,
    path: '/v1/moderations',
    backendPath: '/moderations',
    prompts: ['input'],
  },
}

/** In the order in which they are listed everywhere. */
export const ALL_SURFACES: readonly Surface[] = Object.keys(SURFACE_TRAITS) as Surface[]
