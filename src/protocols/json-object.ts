/**
 * Reads a JSON object without losing its bytes: the parsed value for decisions, and the span of every
 * top-level value so that one field can be replaced while all others go through untouched.
 *
 * A key that stands twice is refused at any depth. JSON.parse takes the last one and another parser
 * may take the first; what we judge must be what the backend sees.
 */
import { GatewayError } from '../errors.ts'

/** Deepest nesting taken. Requests in the wild stay below 20; a walk of this depth is safe on any stack. */
const MAX_DEPTH = 128

export interface JsonObject {
  text: string
  value: Record<string, unknown>
  /** Top-level key → [start, end) of its value in `text`, in UTF-16 units. */
  spans: ReadonlyMap<string, readonly [start: number, end: number]>
}

/** @throws GatewayError invalid_json, json_too_deep, duplicate_key (all 400) */
export function parseJsonObject(text: string): JsonObject {
  const { spans, members } = scan(text)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new GatewayError('invalid_json', 'The body is not valid JSON.')
  }
  if (!isRecord(value)) throw new GatewayError('invalid_json', 'The body must be a JSON object.')
  if (countMembers(value) !== members) {
    throw new GatewayError('duplicate_key', 'The body has an object in which a key stands twice.')
  }
  return { text, value, spans }
}

/** The text with the values of some top-level keys replaced by other JSON. Each key must exist. */
export function replaceValues(object: JsonObject, replacements: ReadonlyMap<string, string>): string {
  const edits = [...replacements].map(([key, json]) => {
    const span = object.spans.get(key)
    if (span === undefined) throw new Error(`no top-level key ${key}`)
    return { start: span[0], end: span[1], json }
  })
  edits.sort((a, b) => a.start - b.start)
  let result = ''
  let from = 0
  for (const { start, end, json } of edits) {
    result += object.text.slice(from, start) + json
    from = end
  }
  return result + object.text.slice(from)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * One pass over text that may not be JSON at all: it only bounds the depth, counts members and
 * notes spans. JSON.parse judges the grammar afterwards; on text it accepts, the spans are exact.
 */
function scan(text: string): { spans: Map<string, readonly [number, number]>; members: number } {
  const spans = new Map<string, readonly [number, number]>()
  let depth = 0
  let members = 0
  let stringStart = 0
  let stringEnd = 0
  let key: string | null = null
  let valueStart = 0
  const endValue = (end: number): void => {
    if (key !== null) spans.set(key, trim(text, valueStart, end))
    key = null
  }
  for (let i = 0; i < text.length; i += 1) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        stringStart = i
        i = endOfString(text, i)
        stringEnd = i + 1
        break
      case 0x7b: // {
      case 0x5b: // [
        depth += 1
        if (depth > MAX_DEPTH) {
          throw new GatewayError('json_too_deep', `The body nests deeper than ${MAX_DEPTH} levels.`)
        }
        break
      case 0x7d: // }
      case 0x5d: // ]
        if (depth === 1) endValue(i)
        depth -= 1
        break
      case 0x3a: // :
        members += 1
        if (depth === 1) {
          key = decodeKey(text.slice(stringStart, stringEnd))
          valueStart = i + 1
        }
        break
      case 0x2c: // ,
        if (depth === 1) endValue(i)
        break
      default:
    }
  }
  return { spans, members }
}

/** Index of the closing quote of the string that opens at `open`; the text's end when it never closes. */
function endOfString(text: string, open: number): number {
  for (let from = open + 1; ;) {
    const quote = text.indexOf('"', from)
    if (quote === -1) return text.length
    let backslashes = 0
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1
    if (backslashes % 2 === 0) return quote
    from = quote + 1
  }
}

/** A key may be written with escapes: `"mod\u0065l"` is `model`. */
function decodeKey(raw: string): string {
  if (!raw.includes('\\')) return raw.slice(1, -1)
  try {
    return String(JSON.parse(raw))
  } catch {
    return raw // not JSON; the parse that follows refuses the whole text
  }
}

function trim(text: string, start: number, end: number): readonly [number, number] {
  const isSpace = (i: number): boolean => text.charCodeAt(i) <= 0x20
  while (start < end && isSpace(start)) start += 1
  while (end > start && isSpace(end - 1)) end -= 1
  return [start, end]
}

/** Members of all objects within. Depth is bounded by the scan that came before. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item)
    return count
  }
  for (const item of Object.values(value)) count += 1 + countMembers(item)
  return count
}
