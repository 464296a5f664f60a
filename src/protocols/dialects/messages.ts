/** Anthropic's messages. */
import type { GatewayError } from '../../errors.ts'
import type { Dialect, EndVerdict, EventVerdict } from '../dialect.ts'
import { isRecord } from '../json-object.ts'
import type { WireEvent } from '../sse.ts'
import { judgeJsonAnswer } from './json-answer.ts'
import { parseRecord } from '../parse-record.ts'
import { watchTail } from './watch-tail.ts'

export const messages: Dialect = {
  judgeAnswer: (bytes, isFilterOfInterest) =>
    judgeJsonAnswer(bytes, isFilterOfInterest ? { word: '"refusal"', isFiltered } : null),
  judgeEvent,
  watchEnd: () => watchTail(judgeEnd),
  terminator: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  keepAlive: 'event: ping\ndata: {"type":"ping"}\n\n',
  idHeader: 'request-id',
  errorBody,
  errorFrame: (error, { requestId }) =>
    `event: error\ndata: ${JSON.stringify(errorBody(error, requestId))}\n\n`,
}

/** Status → the type that goes with it; of others, those below 500 are the request's fault. */
const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

function errorBody(error: GatewayError, requestId: string): Record<string, unknown> {
  const { status } = error
  const type = TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
  return { type: 'error', error: { type, message: error.toBody().error.message }, request_id: requestId }
}

function isFiltered({ stop_reason: reason, content }: Record<string, unknown>): boolean {
  return reason === 'refusal' && (!Array.isArray(content) || !content.some(saysSomething))
}

function saysSomething(block: unknown): boolean {
  return isRecord(block) && (block['type'] !== 'text' || block['text'] !== '')
}

function judgeEvent({ data }: WireEvent): EventVerdict {
  const event = parseRecord(data)
  if (event === null) return { kind: 'garbled' }
  switch (event['type']) {
    case 'error': {
      const { error } = event
      return { kind: 'error', error: isRecord(error) ? error : {} }
    }
    case 'content_block_start':
      return { kind: opensWithContent(event['content_block']) ? 'content' : 'prelude' }
    case 'content_block_delta':
      return { kind: hasContent(event['delta']) ? 'content' : 'prelude' }
    case 'message_delta':
      return { kind: stopReason(event) === 'refusal' ? 'filtered' : 'content' }
    case 'message_stop':
      return { kind: 'content' }
    default:
      return { kind: 'prelude' }
  }
}

/** Text and thinking begin empty; the call of a tool has a name at once. */
function opensWithContent(block: unknown): boolean {
  if (!isRecord(block)) return false
  if (block['type'] === 'text') return block['text'] !== ''
  return block['type'] !== 'thinking' || (block['thinking'] ?? '') !== ''
}

function hasContent(delta: unknown): boolean {
  return isRecord(delta) && Object.entries(delta).some(([key, value]) => key !== 'type' && value !== '')
}

function stopReason({ delta }: Record<string, unknown>): unknown {
  return isRecord(delta) ? delta['stop_reason'] : null
}

/** Quotes within a text are escaped: what stands here is the protocol's own. */
function judgeEnd(tail: string): EndVerdict {
  if (/"type"\s*:\s*"(?:message_stop|error)"/.test(tail)) return 'done'
  return /"stop_reason"\s*:\s*"/.test(tail) ? 'finished' : 'truncated'
}
