/** Ollama's own `/api/chat`, as a backend speaks it. No client does: what clients are told stands in for them as chat's. */
import type { Dialect, EndVerdict, EventVerdict } from '../dialect.ts'
import { isRecord } from '../json-object.ts'
import { parseRecord } from '../parse-record.ts'
import type { WireEvent } from '../sse.ts'
import { chat } from './chat.ts'
import { judgeJsonAnswer } from './json-answer.ts'
import { watchTail } from './watch-tail.ts'

export const ollamaChat: Dialect = {
  ...chat,
  isLines: true,
  judgeAnswer: (bytes) => judgeJsonAnswer(bytes, null),
  judgeEvent,
  watchEnd: () => watchTail(judgeEnd),
}

function judgeEvent({ data }: WireEvent): EventVerdict {
  const event = parseRecord(data)
  if (event === null) return { kind: 'garbled' }
  const { error, message, done } = event
  if (error !== undefined && error !== null) {
    return {
      kind: 'error',
      error: isRecord(error) ? error : { message: typeof error === 'string' ? error : JSON.stringify(error) },
    }
  }
  return { kind: done === true || (isRecord(message) && saysSomething(message)) ? 'content' : 'prelude' }
}

function saysSomething({ content, thinking, tool_calls: calls }: Readonly<Record<string, unknown>>): boolean {
  return [content, thinking].some((text) => typeof text === 'string' && text !== '') || Array.isArray(calls)
}

/** Quotes within a text are escaped: what stands here is the protocol's own. */
function judgeEnd(tail: string): EndVerdict {
  return /"done"\s*:\s*true\b/.test(tail) || /"error"\s*:/.test(tail) ? 'done' : 'truncated'
}
