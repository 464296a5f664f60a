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

/**
 * Most values, and most members of objects, in one body. Bytes alone bound nothing: 10 MiB of `{},` are seconds of work
 * for whoever walks the value, and a name that is new costs a parser fifty times what an element does.
 */
const MAX_VALUES = 500_000
const MAX_MEMBERS = 100_000

/** A number with fewer digits is none that anybody could be known by. */
const LONG_NUMBER = 8
/** Of a longer name its end is kept: many numbers may stand behind one. */
const LONGEST_KEY = 64

export interface JsonObject {
  text: string
  value: Record<string, unknown>
  /** Numbers of eight characters and more, as they are written, each with the last name before it. */
  numbers: readonly LongNumber[]
  /** Top-level key → [start, end) of its value in `text`, in UTF-16 units. */
  spans: ReadonlyMap<string, readonly [start: number, end: number]>
}

export interface LongNumber {
  key: string
  digits: string
}

/** @throws GatewayError invalid_json, json_too_deep, json_too_complex, duplicate_key (all 400) */
export function parseJsonObject(text: string): JsonObject {
  const { spans, members, numbers } = scan(text)
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
  return { text, value, spans, numbers }
}

/** The text with the values of some top-level keys replaced by other JSON. Each key must exist. */
export function replaceValues(object: JsonObject, replacements: ReadonlyMap<string, string>): string {
  const edits: { start: number; end: number; json: string }[] = []
  for (const [key, json] of replacements) {
    const span = object.spans.get(key)
    if (span === undefined) throw new Error(`no top-level key ${key}`)
    edits.push({ start: span[0], end: span[1], json })
  }
  if (edits.length > 1) edits.sort((a, b) => a.start - b.start)
  let result = ''
  let from = 0
  for (const { start, end, json } of edits) {
    result += object.text.slice(from, start) + json
    from = end
  }
  return result + object.text.slice(from)
}

/**
 * The text with some top-level members changed. What is not named goes through untouched.
 * @param removed keys whose members are left out, whatever `replaced` says of them; one must be left in
 */
export function editMembers(
  object: JsonObject,
  replaced: ReadonlyMap<string, string>,
  removed: ReadonlySet<string>,
): string {
  if (removed.size === 0) return replaceValues(object, replaced)
  const { text, spans } = object
  let from = text.indexOf('{') + 1
  let result = text.slice(0, from)
  let isFirst = true
  // Spans stand in the order of the text: no key stands twice.
  for (const [key, [start, end]] of spans) {
    const before = text.slice(from, start)
    from = end
    if (removed.has(key)) continue
    result += isFirst ? before.replace(/^\s*,/, '') : before
    result += replaced.get(key) ?? text.slice(start, end)
    isFirst = false
  }
  return result + text.slice(from)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

interface Scan {
  spans: Map<string, readonly [number, number]>
  members: number
  numbers: LongNumber[]
}

/**
 * One pass over text that may not be JSON at all: it only bounds depth and size, counts members and
 * notes spans. JSON.parse judges the grammar afterwards; on text it accepts, the spans are exact.
 */
function scan(text: string): Scan {
  const spans = new Map<string, readonly [number, number]>()
  const numbers: LongNumber[] = []
  let depth = 0
  let values = 0
  let members = 0
  let keyStart = 0
  let keyEnd = 0
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
        values += 1
        if (depth > MAX_DEPTH) {
          throw new GatewayError('json_too_deep', `The body nests deeper than ${MAX_DEPTH} levels.`)
        }
        if (values > MAX_VALUES) throw tooComplex(MAX_VALUES, 'values')
        break
      case 0x7d: // }
      case 0x5d: // ]
        if (depth === 1) endValue(i)
        depth -= 1
        break
      case 0x3a: // :
        members += 1
        if (members > MAX_MEMBERS) throw tooComplex(MAX_MEMBERS, 'members of objects')
        keyStart = stringStart
        keyEnd = stringEnd
        if (depth === 1) {
          key = decodeKey(text.slice(stringStart, stringEnd))
          valueStart = i + 1
        }
        break
      case 0x2c: // ,
        values += 1
        if (values > MAX_VALUES) throw tooComplex(MAX_VALUES, 'values')
        if (depth === 1) endValue(i)
        break
      case 0x30:
      case 0x31:
      case 0x32:
      case 0x33:
      case 0x34:
      case 0x35:
      case 0x36:
      case 0x37:
      case 0x38:
      case 0x39: {
        const start = i
        i = endOfNumber(text, i)
        if (i - start >= LONG_NUMBER) {
          const from = Math.max(keyStart + 1, keyEnd - 1 - LONGEST_KEY)
          numbers.push({ key: text.slice(from, keyEnd - 1), digits: text.slice(start, i) })
        }
        i -= 1
        break
      }
      default:
    }
  }
  return { spans, members, numbers }
}

function tooComplex(most: number, what: string): GatewayError {
  return new GatewayError('json_too_complex', `The body has more than ${most} ${what}.`)
}

/** The first character after the number that begins at `start`. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1
  while (end < text.length && IN_NUMBER[text.charCodeAt(end)] === 1) end += 1
  return end
}

const IN_NUMBER: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  '0123456789.eE+-'.includes(String.fromCharCode(code)) ? 1 : 0,
)

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
  // Not Object.values: it costs a list for each object, and twice the time where one is large.
  const object = value as Readonly<Record<string, unknown>>
  for (const key in object) count += 1 + countMembers(object[key])
  return count
}
