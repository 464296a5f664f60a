/** What a whole answer that is not streamed means for the gateway. It is parsed only where its ends look odd. */
import { isRecord } from './json-object.ts'

export type AnswerVerdict =
  | { kind: 'answer' }
  /** The backend reports a failure inside a 200. */
  | { kind: 'error'; error: Record<string, unknown> }
  /** A content filter held it back, before it said anything. */
  | { kind: 'filtered' }
  | { kind: 'garbled' }

const OPEN = 0x7b
const CLOSE = 0x7d
/** An error object stands in front, if there is one: no server puts it behind an answer. */
const HEAD_BYTES = 64
const ERROR_FIRST = /^\s*\{\s*"error"\s*:\s*[{"]/

const decoder = new TextDecoder()

/** @param isFilterOfInterest whether to look for an answer that was held back, which costs a parse where one says so */
export function judgeAnswer(bytes: Uint8Array, isFilterOfInterest: boolean): AnswerVerdict {
  if (firstByte(bytes) !== OPEN || lastByte(bytes) !== CLOSE) return { kind: 'garbled' }
  if (ERROR_FIRST.test(decoder.decode(bytes.subarray(0, HEAD_BYTES)))) {
    const error = parse(bytes)?.['error']
    if (isRecord(error)) return { kind: 'error', error }
    if (typeof error === 'string') return { kind: 'error', error: { message: error } }
    return { kind: 'garbled' }
  }
  return { kind: isFilterOfInterest && isFiltered(bytes) ? 'filtered' : 'answer' }
}

function isFiltered(bytes: Uint8Array): boolean {
  const text = decoder.decode(bytes)
  if (!text.includes('content_filter')) return false
  const choices = parse(bytes)?.['choices']
  return Array.isArray(choices) && choices.length > 0 && choices.every(isHeldBack)
}

function isHeldBack(choice: unknown): boolean {
  if (!isRecord(choice) || choice['finish_reason'] !== 'content_filter') return false
  const { message, text } = choice
  const said = isRecord(message) ? message['content'] : text
  return said === undefined || said === null || said === ''
}

function parse(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes))
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function firstByte(bytes: Uint8Array): number | undefined {
  return bytes.find((byte) => !isSpace(byte))
}

function lastByte(bytes: Uint8Array): number | undefined {
  return bytes.findLast((byte) => !isSpace(byte))
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
