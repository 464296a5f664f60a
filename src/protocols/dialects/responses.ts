/** OpenAI's responses. */
import type { Dialect, EndWatch, EventVerdict } from '../dialect.ts'
import { isRecord } from '../json-object.ts'
import type { WireEvent } from '../sse.ts'
import { chat } from './chat.ts'
import { judgeJsonAnswer } from './json-answer.ts'
import { parseRecord } from '../parse-record.ts'

export const responses: Dialect = {
  judgeAnswer(bytes, isFilterOfInterest) {
    return judgeJsonAnswer(bytes, isFilterOfInterest ? { word: 'content_filter', isFiltered } : null)
  },
  judgeEvent,
  watchEnd,
  // Nothing but the whole response ends one.
  terminator: '',
  keepAlive: chat.keepAlive,
  idHeader: chat.idHeader,
  errorBody: chat.errorBody,
  errorFrame(error, { last }) {
    const { message, param, code } = error.toBody().error
    const event = { type: 'error', code, message, param, sequence_number: nextNumber(last) }
    return `event: error\ndata: ${JSON.stringify(event)}\n\n`
  },
}

/** Quotes and line breaks within a text are escaped: what is found is the protocol's own. */
const LAST =
  /(?:^|[\r\n])event: ?(?:response\.(?:completed|incomplete|failed)|error)\s|"type"\s*:\s*"response\.(?:completed|incomplete|failed)"|data: ?\{\s*"(?:type"\s*:\s*"error"|error"\s*:)/

/** Kinds of items that begin empty; others are content as soon as they are there. */
const EMPTY_ITEMS: ReadonlySet<unknown> = new Set(['message', 'reasoning'])

const PRELUDE: ReadonlySet<unknown> = new Set([
  'response.created',
  'response.in_progress',
  'response.queued',
  'response.content_part.added',
  'response.reasoning_summary_part.added',
  'keepalive',
])

function judgeEvent({ data }: WireEvent): EventVerdict {
  if (data === '[DONE]') return { kind: 'content' }
  const event = parseRecord(data)
  if (event === null) return { kind: 'garbled' }
  const { type, response, item } = event
  if (type === 'error') return { kind: 'error', error: isRecord(event['error']) ? event['error'] : event }
  if (type === undefined && isRecord(event['error'])) return { kind: 'error', error: event['error'] }
  if (type === 'response.failed') {
    const error = isRecord(response) ? response['error'] : null
    return { kind: 'error', error: isRecord(error) ? error : {} }
  }
  if (type === 'response.incomplete' && isRecord(response) && isFiltered(response))
    return { kind: 'filtered' }
  if (type === 'response.output_item.added' && isRecord(item) && EMPTY_ITEMS.has(item['type'])) {
    return { kind: 'prelude' }
  }
  return { kind: PRELUDE.has(type) || event['delta'] === '' ? 'prelude' : 'content' }
}

function isFiltered({ incomplete_details: details, output }: Record<string, unknown>): boolean {
  if (!isRecord(details) || details['reason'] !== 'content_filter') return false
  return !Array.isArray(output) || !output.some(saysSomething)
}

function saysSomething(item: unknown): boolean {
  if (!isRecord(item)) return false
  if (item['type'] === 'reasoning') return false
  const { content } = item
  if (item['type'] !== 'message' || !Array.isArray(content)) return true
  return content.some((part) => isRecord(part) && part['text'] !== '')
}

const decoder = new TextDecoder()

/** The last event holds all of the answer: it may come in many pieces, and only the first of them has its name. */
function watchEnd(): EndWatch {
  let ended = false
  return {
    add(piece) {
      ended ||= LAST.test(decoder.decode(piece))
    },
    judge: (rest) => (ended || LAST.test(rest) ? 'done' : 'truncated'),
  }
}

function nextNumber(last: Uint8Array | null): number {
  const numbers = [...decoder.decode(last ?? undefined).matchAll(/"sequence_number"\s*:\s*(\d+)/g)]
  return Number(numbers.at(-1)?.[1] ?? -1) + 1
}
