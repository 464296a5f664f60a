import { isRecord } from '../../json-object.ts'

/** Why a message ended, as Anthropic's protocol tells it. */
export interface Stop {
  stop_reason: string
  stop_sequence: string | null
  stop_details: { type: 'refusal'; category: null; explanation: string | null } | null
}

export interface Finish {
  /** `choices[]` with `finish_reason`; also the last chunk of a stream has one. */
  choice: Readonly<Record<string, unknown>>
  /** Whether tools were called: not every server says so. */
  hasCalls: boolean
  /** What the model said in place of an answer; '' = nothing. */
  refusal: string
}

/** @param body the client's request: which sequences may end it */
export function toStop({ choice, hasCalls, refusal }: Finish, body: Readonly<Record<string, unknown>>): Stop {
  const { finish_reason: reason, stop_reason: matched } = choice
  const stop = { stop_sequence: null, stop_details: null }
  if (reason === 'content_filter' || refusal !== '') {
    const explanation = refusal === '' ? null : refusal
    return { ...stop, stop_reason: 'refusal', stop_details: { type: 'refusal', category: null, explanation } }
  }
  if (reason === 'length') return { ...stop, stop_reason: 'max_tokens' }
  if (hasCalls || reason === 'tool_calls' || reason === 'function_call')
    return { ...stop, stop_reason: 'tool_use' }
  // vLLM tells which sequence it was. Chat itself has no word for it.
  const { stop_sequences: asked } = body
  if (typeof matched === 'string' && Array.isArray(asked) && asked.includes(matched)) {
    return { ...stop, stop_reason: 'stop_sequence', stop_sequence: matched }
  }
  return { ...stop, stop_reason: 'end_turn' }
}

/** The first choice of a chat answer, or of a chunk of one; null where there is none. */
export function firstChoice(answer: Readonly<Record<string, unknown>>): Record<string, unknown> | null {
  const { choices } = answer
  if (!Array.isArray(choices)) return null
  const first: unknown = choices.find((choice) => isRecord(choice) && (choice['index'] ?? 0) === 0)
  return isRecord(first) ? first : null
}
