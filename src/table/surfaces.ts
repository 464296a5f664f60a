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
  /** What its answers are: `bytes` of whatever kind go through as they come. */
  answer: 'json' | 'bytes'
  /** Whether its answers are never JSON: what comes as such is an error. */
  isSound: boolean
  /** The field that holds turns of a conversation, if it is a list; null = there are none. */
  turns: 'messages' | 'input' | null
  /** Top-level fields that hold system text. */
  system: readonly string[]
  /** Top-level fields that hold what a user says, outside of turns. */
  prompts: readonly string[]
  /** Those of them that hold documents rather than what somebody asks. */
  documents: readonly string[]
  /**
   * Names of the limit of an answer's length: the first is added where there is none, and all count, for backends differ
   * in whom they believe. Empty = it writes no text whose length is counted in tokens, and has no parameters.
   */
  outputLimit: readonly string[]
  /** Parameters that a rule may add, besides that limit. */
  parameters: 'all' | readonly string[]
  /** `reasoning_effort` is the `effort` of its `reasoning`. */
  nestsEffort: boolean
}

const JSON_CALL = {
  streams: false,
  family: 'openai',
  body: 'json',
  answer: 'json',
  isSound: false,
  turns: null,
  system: [],
  documents: [],
  outputLimit: [],
  parameters: [],
  nestsEffort: false,
} as const

const WRITES = { outputLimit: ['max_tokens', 'max_completion_tokens'], parameters: 'all' } as const

const MESSAGES = {
  family: 'anthropic',
  body: 'json',
  answer: 'json',
  isSound: false,
  turns: 'messages',
  system: ['system'],
  prompts: [],
  documents: [],
  nestsEffort: false,
} as const

export const SURFACE_TRAITS: Readonly<Record<Surface, SurfaceTraits>> = {
  chat: {
    ...JSON_CALL,
    path: '/v1/chat/completions',
    backendPath: '/chat/completions',
    streams: true,
    turns: 'messages',
    prompts: [],
    ...WRITES,
  },
  completions: {
    ...JSON_CALL,
    path: '/v1/completions',
    backendPath: '/completions',
    streams: true,
    prompts: ['prompt', 'suffix'],
    ...WRITES,
  },
  embeddings: {
    ...JSON_CALL,
    path: '/v1/embeddings',
    backendPath: '/embeddings',
    prompts: ['input'],
    documents: ['input'],
  },
  responses: {
    ...JSON_CALL,
    path: '/v1/responses',
    backendPath: '/responses',
    streams: true,
    turns: 'input',
    system: ['instructions'],
    prompts: ['input'],
    outputLimit: ['max_output_tokens'],
    parameters: ['temperature', 'top_p', 'parallel_tool_calls'],
    nestsEffort: true,
  },
  messages: {
    ...MESSAGES,
    path: '/v1/messages',
    backendPath: '/messages',
    streams: true,
    outputLimit: ['max_tokens'],
    parameters: ['temperature', 'top_p', 'top_k'],
  },
  'count-tokens': {
    ...MESSAGES,
    path: '/v1/messages/count_tokens',
    backendPath: '/messages/count_tokens',
    streams: false,
    outputLimit: [],
    parameters: [],
  },
  rerank: {
    ...JSON_CALL,
    path: '/v1/rerank',
    backendPath: '/rerank',
    prompts: ['query', 'documents'],
    documents: ['documents'],
  },
  transcriptions: {
    ...JSON_CALL,
    path: '/v1/audio/transcriptions',
    backendPath: '/audio/transcriptions',
    body: 'form',
    answer: 'bytes',
    prompts: ['prompt'],
  },
  translations: {
    ...JSON_CALL,
    path: '/v1/audio/translations',
    backendPath: '/audio/translations',
    body: 'form',
    answer: 'bytes',
    prompts: ['prompt'],
  },
  speech: {
    ...JSON_CALL,
    path: '/v1/audio/speech',
    backendPath: '/audio/speech',
    answer: 'bytes',
    isSound: true,
    system: ['instructions'],
    prompts: ['input'],
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
