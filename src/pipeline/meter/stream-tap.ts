/**
 * Looks at a stream of events as it goes by: counts them, keeps its end, and, where the gateway itself asked for usage,
 * takes the event out that the client did not ask for. Bytes are searched; only an event that speaks of usage is parsed.
 */
import { isRecord } from '../../protocols/json-object.ts'
import { concat, eventData } from '../../protocols/sse.ts'
import { findUsage, readUsage, type WireUsage } from './read-usage.ts'

export interface StreamTap {
  /**
   * @param piece whole events, as they came
   * @returns what the client is to see of them; null = nothing
   */
  pass: (piece: Uint8Array) => Uint8Array | null
  /** What the backend said; null where it did not. */
  usage: () => WireUsage | null
  /** Tokens of the answer as far as it came, by the size of its events. */
  estimate: () => number
}

/** How much of the end is kept: usage is told in one of the last events. */
const TAIL_PIECES = 4
const TAIL_BYTES = 2048

/** `data: [DONE]`, comments and the like are shorter, events with content never are. */
const SHORTEST_EVENT = 40
const BYTES_PER_TOKEN = 4

const LF = 0x0a
const CR = 0x0d
const QUOTE = 0x22
const decoder = new TextDecoder()

/** @param hides whether an event with usage and nothing else is kept from the client */
export function createStreamTap(hides: boolean): StreamTap {
  const tail: Uint8Array[] = []
  let hidden: WireUsage | null = null
  let events = 0
  let bytes = 0
  let shortest = Number.POSITIVE_INFINITY

  const count = (piece: Uint8Array): void => {
    let start = 0
    for (let line = 0; line < piece.byteLength;) {
      const end = piece.indexOf(LF, line)
      if (end === -1) break
      if (end === line || (end === line + 1 && piece[line] === CR)) {
        const length = end - start
        if (length >= SHORTEST_EVENT) {
          events += 1
          bytes += length
          if (length < shortest) shortest = length
        }
        start = end + 1
      }
      line = end + 1
    }
  }
  const hide = (piece: Uint8Array): Uint8Array | null => {
    let shown = piece
    for (let at = indexOfUsage(shown, 0); at !== -1;) {
      const [from, to] = eventAround(shown, at)
      const usage = loneUsage(shown.subarray(from, to))
      if (usage !== null) {
        hidden = usage
        shown = concat(shown.subarray(0, from), shown.subarray(to))
      }
      at = indexOfUsage(shown, usage === null ? at + 1 : from)
    }
    return shown.byteLength === 0 ? null : shown
  }
  return {
    pass(piece) {
      count(piece)
      tail.push(piece.byteLength > TAIL_BYTES ? piece.subarray(-TAIL_BYTES) : piece)
      if (tail.length > TAIL_PIECES) tail.shift()
      return hides ? hide(piece) : piece
    },
    usage: () => hidden ?? findUsage(tail.map((piece) => decoder.decode(piece)).join('')),
    estimate() {
      if (events === 0) return 0
      // What all events have in common is their frame; a model sends a token an event, or several in larger ones.
      const content = bytes - events * (shortest - 1)
      return Math.max(events, Math.ceil(content / BYTES_PER_TOKEN))
    },
  }
}

/** The bytes of `"usage"`, and how far a mismatch at its end lets the search go on. */
const NEEDLE = new TextEncoder().encode('"usage"')
const SKIP: Uint8Array = new Uint8Array(256).fill(NEEDLE.length)
for (const [i, byte] of NEEDLE.entries()) if (i < NEEDLE.length - 1) SKIP[byte] = NEEDLE.length - 1 - i

/** Where a member `usage` begins whose value is an object; -1 = nowhere. */
function indexOfUsage(bytes: Uint8Array, from: number): number {
  const last = NEEDLE.length - 1
  for (let end = from + last; end < bytes.byteLength; end += SKIP[bytes[end] ?? 0] ?? 1) {
    const start = end - last
    if (bytes[start] === QUOTE && bytes[end] === QUOTE && isNeedle(bytes, start)) return start
  }
  return -1
}

function isNeedle(bytes: Uint8Array, start: number): boolean {
  for (let i = 1; i < NEEDLE.length - 1; i += 1) if (bytes[start + i] !== NEEDLE[i]) return false
  return opensObject(bytes, start + NEEDLE.length)
}

function opensObject(bytes: Uint8Array, from: number): boolean {
  let at = from
  const skipSpace = (): void => {
    while ((bytes[at] ?? LF) === 0x20) at += 1
  }
  skipSpace()
  if (bytes[at] !== 0x3a) return false
  at += 1
  skipSpace()
  return bytes[at] === 0x7b
}

/** From behind the blank line before `at` to behind the one that follows. */
function eventAround(bytes: Uint8Array, at: number): [from: number, to: number] {
  let from = at
  while (from > 0 && !endsEvent(bytes, from)) from -= 1
  let to = at
  while (to < bytes.byteLength && !endsEvent(bytes, to)) to += 1
  return [from, to]
}

/** Whether a blank line ends right before `at`. */
function endsEvent(bytes: Uint8Array, at: number): boolean {
  if (bytes[at - 1] !== LF) return false
  return bytes[at - 2] === LF || (bytes[at - 2] === CR && bytes[at - 3] === LF)
}

/** What an event tells that has no choices: OpenAI's `include_usage` adds such a one at the end. */
function loneUsage(event: Uint8Array): WireUsage | null {
  const [data, ...more] = eventData(decoder.decode(event))
  if (data === undefined || more.length > 0) return null
  try {
    const parsed: unknown = JSON.parse(data)
    if (!isRecord(parsed)) return null
    const { choices, usage } = parsed
    return Array.isArray(choices) && choices.length === 0 ? readUsage(usage) : null
  } catch {
    return null
  }
}
