/** All that a model wrote in an answer, or in an event of one: text, reasoning, what it calls and with which arguments. */
import { isRecord } from '../../protocols/json-object.ts'

/** What servers write beside it. */
const FRAME: ReadonlySet<string> = new Set([
  'annotations',
  'audio',
  'finish_reason',
  'id',
  'logprobs',
  'object',
  'role',
  'status',
  'stop_reason',
  'stop_sequence',
  'type',
])

/** Deeper is nothing of a model's. */
const DEEPEST = 8

/** @param answer parsed: `choices` of chat and completions, an event's `delta`, `content` or `output` of newer protocols */
export function wordsOf(answer: unknown): string {
  if (!isRecord(answer)) return ''
  const { choices, delta, content, output, message, done } = answer
  // Ollama's own protocol has `done` in each event; elsewhere a `message` is no answer.
  const said = typeof done === 'boolean' ? message : null
  if (!Array.isArray(choices)) return textIn([delta, content, output, said], DEEPEST)
  return textIn(
    choices.map((choice: unknown) =>
      isRecord(choice) ? [choice['text'], choice['message'], choice['delta']] : null,
    ),
    DEEPEST,
  )
}

function textIn(value: unknown, deepest: number): string {
  if (typeof value === 'string') return value
  if (deepest === 0) return ''
  if (Array.isArray(value)) return value.map((one: unknown) => textIn(one, deepest - 1)).join('')
  if (!isRecord(value)) return ''
  let text = ''
  for (const [name, its] of Object.entries(value)) if (!FRAME.has(name)) text += textIn(its, deepest - 1)
  return text
}
