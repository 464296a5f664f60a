/** OpenAI's chat and completions, streamed and whole. */
import { isRecord } from '../json-object.ts'
import type { Dialect, EndVerdict, EventVerdict } from '../dialect.ts'
import type { WireEvent } from '../sse.ts'
import { judgeJsonAnswer } from './json-answer.ts'
import { parseRecord } from '../parse-record.ts'
import { watchTail } from './watch-tail.ts'

export const chat: Dialect = {
  judgeAnswer: (bytes, isFilterOfInterest) =>
    judgeJsonAnswer(bytes, isFilterOfInterest ? { word: 'content_filter', isFiltered } : null),
  judgeEvent,
  watchEnd: () => watchTail(judgeEnd),
  terminator: 'data: [DONE]\n\n',
  keepAlive: ': keep-alive\n\n',
  idHeader: 'x-request-id',
  errorBody: (error) => ({ ...error.toBody() }),
  errorFrame: (error) => `data: ${JSON.stringify(error.toBody())}\n\n`,
}

function isFiltered({ choices }: Record<string, unknown>): boolean {
  return Array.isArray(choices) && choices.length > 0 && choices.every(isHeldBack)
}

function isHeldBack(choice: unknown): boolean {
  if (!isRecord(choice) || choice['finish_reason'] !== 'content_filter') return false
  const { message, text } = choice
  const said = isRecord(message) ? message['content'] : text
  return said === undefined || said === null || said === ''
}

function judgeEvent({ data }: WireEvent): EventVerdict {
  if (data === '[DONE]') return { kind: 'content' }
  const event = parseRecord(data)
  if (event === null) return { kind: 'garbled' }
  const { error } = event
  if (error !== undefined && error !== null) {
    return {
      kind: 'error',
      error: isRecord(error) ? error : { message: typeof error === 'string' ? error : JSON.stringify(error) },
    }
  }
  // Older vLLM, and what was made after it, has the error's members where a chunk has its own.
  if (event['object'] === 'error') return { kind: 'error', error: event }
  const choices = Array.isArray(event['choices']) ? event['choices'] : []
  if (choices.some(hasContent)) return { kind: 'content' }
  return { kind: choices.some(endsFiltered) ? 'filtered' : 'prelude' }
}

function endsFiltered(choice: unknown): boolean {
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

export function judgeEnd(tail: string): EndVerdict {
  if (/(?:^|[\r\n])data: ?\[DONE\]\s*(?:$|[\r\n])/.test(tail)) return 'done'
  // Some servers (mlx) never send [DONE]; a finish reason is as good.
  if (/"finish_reason"\s*:\s*"/.test(tail) || /"error"\s*:\s*\{/.test(tail)) return 'finished'
  return 'truncated'
}
