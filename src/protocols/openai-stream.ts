/** What an event of an OpenAI stream means for the gateway: has the answer begun, or has it failed? */
import { isRecord } from './json-object.ts'

export type EventVerdict =
  | { kind: 'content' }
  /** The end of an answer that a content filter held back, before it said anything. */
  | { kind: 'filtered' }
  /** Nothing a client could not do without: a role, an empty delta. */
  | { kind: 'prelude' }
  /** The backend reports a failure inside a 200. */
  | { kind: 'error'; error: Record<string, unknown> }
  | { kind: 'garbled' }

/** @param data the data of one event */
export function judgeEvent(data: string): EventVerdict {
  if (data === '[DONE]') return { kind: 'content' }
  let event: unknown
  try {
    event = JSON.parse(data)
  } catch {
    return { kind: 'garbled' }
  }
  if (!isRecord(event)) return { kind: 'garbled' }
  const { error } = event
  if (error !== undefined && error !== null) {
    return {
      kind: 'error',
      error: isRecord(error) ? error : { message: typeof error === 'string' ? error : JSON.stringify(error) },
    }
  }
  const choices = Array.isArray(event['choices']) ? event['choices'] : []
  if (choices.some(hasContent)) return { kind: 'content' }
  return { kind: choices.some(isFiltered) ? 'filtered' : 'prelude' }
}

function isFiltered(choice: unknown): boolean {
  return isRecord(choice) && choice['finish_reason'] === 'content_filter'
}

function hasContent(choice: unknown): boolean {
  if (!isRecord(choice)) return false
  const finish = choice['finish_reason']
  if (finish !== undefined && finish !== null && finish !== 'content_filter') return true
  if (typeof choice['text'] === 'string' && choice['text'] !== '') return true
  const { delta } = choice
  if (!isRecord(delta)) return false
  return Object.entries(delta).some(([key, value]) => key !== 'role' && value !== null && value !== '')
}

/** Whether the end of a stream says that the answer is complete, and how. */
export function judgeEnd(tail: string): 'done' | 'finished' | 'truncated' {
  if (/(?:^|[\r\n])data: ?\[DONE\]\s*(?:$|[\r\n])/.test(tail)) return 'done'
  // Some servers (mlx) never send [DONE]; a finish reason is as good.
  if (/"finish_reason"\s*:\s*"/.test(tail) || /"error"\s*:\s*\{/.test(tail)) return 'finished'
  return 'truncated'
}
