/** Parameters that backends do not honour: some refuse them, most act as if they were not there. */
import type { Backend, BackendKind, Target, Wire } from './route-table.ts'

type ByWire = Partial<Record<Wire, readonly string[]>>

/** OpenCode's API has a place for none of them. */
const OF_AGENTS = [
  'temperature',
  'top_p',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'reasoning_effort',
] as const

const CHOICES = ['n', 'tool_choice', 'parallel_tool_calls'] as const

/** What is known of kinds; a policy says otherwise by `lacks`. */
const KIND_LACKS: Partial<Record<BackendKind, ByWire>> = {
  opencode: { chat: OF_AGENTS },
  ollama: { chat: [...CHOICES, 'logit_bias'], completions: ['n', 'best_of', 'logit_bias', 'echo'] },
  mlx: { chat: [...CHOICES, 'response_format'], completions: ['n', 'best_of', 'echo'] },
}

/**
 * Likewise, of requests that were made for it by a translation. Anthropic's models answer 400 to all three since Opus 4.7:
 * a client that speaks its protocol knows that, and one of chat cannot.
 */
const TRANSLATED_LACKS: Partial<Record<BackendKind, ByWire>> = {
  anthropic: { messages: ['temperature', 'top_p', 'top_k'] },
}

const NONE: readonly string[] = []

/** Names of top-level fields, as the backend calls them. */
export function lacksOf(
  { lacks }: Pick<Target, 'lacks'>,
  { kind }: Pick<Backend, 'kind'>,
  { wire, isTranslated }: { wire: Wire; isTranslated: boolean },
): readonly string[] {
  if (lacks !== undefined) return lacks
  return KIND_LACKS[kind]?.[wire] ?? (isTranslated ? TRANSLATED_LACKS[kind]?.[wire] : undefined) ?? NONE
}
