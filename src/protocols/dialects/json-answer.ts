/** What a whole answer in JSON means for the gateway. It is parsed only where its ends look odd. */
import type { AnswerVerdict } from '../dialect.ts'
import { isRecord } from '../json-object.ts'
import { parseRecord } from '../parse-record.ts'

/** How an answer that was held back for safety is told from others. */
export interface FilterTest {
  /** Each such answer holds it: one without is not parsed. */
  word: string
  isFiltered: (answer: Record<string, unknown>) => boolean
}

const OPEN = 0x7b
const CLOSE = 0x7d
/** An error object stands in front, if there is one: no server puts it behind an answer. */
const HEAD_BYTES = 64
/** Anthropic says first that it is one; older vLLM says so, and has the error's members where an answer has its own. */
const ERROR_FIRST = /^\s*\{\s*(?:(?:"type"\s*:\s*"error"\s*,\s*)?"error"\s*:\s*[{"]|"object"\s*:\s*"error")/

const decoder = new TextDecoder()

/** @param filter null = nobody wants to know */
export function judgeJsonAnswer(bytes: Uint8Array, filter: FilterTest | null): AnswerVerdict {
  if (firstByte(bytes) !== OPEN || lastByte(bytes) !== CLOSE) return { kind: 'garbled' }
  if (ERROR_FIRST.test(decoder.decode(bytes.subarray(0, HEAD_BYTES)))) {
    const answer = parseRecord(decoder.decode(bytes))
    const error = answer?.['object'] === 'error' ? answer : answer?.['error']
    if (isRecord(error)) return { kind: 'error', error }
    if (typeof error === 'string') return { kind: 'error', error: { message: error } }
    return { kind: 'garbled' }
  }
  return { kind: filter !== null && passes(bytes, filter) ? 'filtered' : 'answer' }
}

function passes(bytes: Uint8Array, { word, isFiltered }: FilterTest): boolean {
  const text = decoder.decode(bytes)
  if (!text.includes(word)) return false
  const answer = parseRecord(text)
  return answer !== null && isFiltered(answer)
}

function firstByte(bytes: Uint8Array): number | undefined {
  for (const byte of bytes) if (!isSpace(byte)) return byte
  return undefined
}

function lastByte(bytes: Uint8Array): number | undefined {
  let at = bytes.length - 1
  while (at >= 0 && isSpace(bytes[at]!)) at -= 1
  return bytes[at]
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
