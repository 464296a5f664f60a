/** What a response puts out: thoughts, messages and calls, whether they came at once or in pieces. */

export interface SpokenPart {
  type: 'reasoning_text' | 'output_text' | 'refusal'
  text: string
  /** Of `output_text` only. */
  logprobs: Logprob[]
}

export interface Logprob {
  token: string
  logprob: number
  bytes: unknown
  top_logprobs: unknown[]
}

export interface SpokenItem {
  type: 'reasoning' | 'message'
  id: string
  /** Its place in the output. */
  index: number
  parts: SpokenPart[]
}

export interface CallItem {
  type: 'function_call'
  id: string
  index: number
  callId: string
  name: string
  arguments: string
}

export type OutputItem = SpokenItem | CallItem
export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

const PREFIX = { reasoning: 'rs', message: 'msg', function_call: 'fc' } as const

/** @param askedId unique among requests */
export function itemId(type: OutputItem['type'], askedId: string, index: number): string {
  return `${PREFIX[type]}_${askedId}_${index}`
}

/** As the protocol shows it. */
export function itemObject(item: OutputItem, status: ItemStatus): Record<string, unknown> {
  const { type, id } = item
  if (type === 'function_call') {
    return { id, type, status, call_id: item.callId, name: item.name, arguments: item.arguments }
  }
  const content = item.parts.map(partObject)
  // A backend's own thoughts are no summary of thoughts.
  if (type === 'reasoning') return { id, type, status, summary: [], content }
  return { id, type, status, role: 'assistant', content }
}

export function partObject(part: SpokenPart): Record<string, unknown> {
  return { type: part.type, ...partSays(part), ...(part.type === 'output_text' && { annotations: [] }) }
}

/** What it holds, as the event of its end tells it. */
export function partSays({ type, text, logprobs }: SpokenPart): Record<string, unknown> {
  if (type === 'refusal') return { refusal: text }
  return type === 'output_text' ? { text, logprobs } : { text }
}
