/** Steps of a turn → a chat completion, whole or as a stream. */
import type { TurnStep, TurnUsage } from './turn.ts'

export interface AnswerHead {
  id: string
  /** Unix seconds. */
  created: number
  model: string
}

export type Words = { text: string; reasoning: string }

type Done = Extract<TurnStep, { kind: 'done' }>

const FINISH: Readonly<Record<string, string>> = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'content_filter',
}

export function wholeAnswer(head: AnswerHead, { text, reasoning }: Words, { finish, usage }: Done): object {
  const thoughts = reasoning === '' ? {} : { reasoning_content: reasoning }
  const message = { role: 'assistant', content: text, refusal: null, ...thoughts }
  return {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(finish) }],
    ...(usage === null ? {} : { usage: usageOf(usage) }),
  }
}

/** The role comes with the first words, so that a failure before them is none of the answer's. */
export function deltaFrame(
  head: AnswerHead,
  { kind, text }: { kind: 'text' | 'reasoning'; text: string },
): string {
  const said = kind === 'text' ? { content: text } : { reasoning_content: text }
  return chunk(head, [choice({ role: 'assistant', ...said }, null)])
}

/** @param withUsage whether the client asked for it */
export function endFrames(head: AnswerHead, { finish, usage }: Done, withUsage: boolean): string {
  const last = chunk(head, [choice({}, finishOf(finish))])
  const told = withUsage && usage !== null ? chunk(head, [], { usage: usageOf(usage) }) : ''
  return `${last}${told}data: [DONE]\n\n`
}

/** A failure before the first words: whoever reads it tries elsewhere. */
export function errorFrame(error: object): string {
  return `data: ${JSON.stringify({ error })}\n\n`
}

function chunk(head: AnswerHead, choices: readonly object[], more: object = {}): string {
  return `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...more })}\n\n`
}

function choice(delta: object, finish: string | null): object {
  return { index: 0, delta, logprobs: null, finish_reason: finish }
}

function finishOf(finish: string): string {
  return FINISH[finish] ?? 'stop'
}

function usageOf({ input, cached, output, reasoning }: TurnUsage): object {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: reasoning },
  }
}
