/**
 * Looks at a stream of events as it goes by: keeps its beginning and its end, and, where the gateway itself asked for usage,
 * takes the event out that the client did not ask for. Bytes are searched; only an event that speaks of usage is parsed.
 */
import { isRecord } from '../../protocols/json-object.ts'
import { concat, eventData } from '../../protocols/sse.ts'
import { estimateTokens } from '../classify/estimate-tokens.ts'
import { findFinish } from './find-finish.ts'
import { findUsage, readUsage, type WireUsage } from './read-usage.ts'
import { wordsOf } from './words-of.ts'

export interface StreamTap {
  /**
   * @param piece whole events, as they came
   * @returns what the client is to see of them; null = nothing
   */
  pass: (piece: Uint8Array) => Uint8Array | null
  /** What the backend said; null where it did not. */
  usage: () => WireUsage | null
  /** Why it ended, as the backend said. */
  finish: () => string[]
  /** Tokens of the answer as far as it came, by its text. Looks at it only now: most streams tell what they used. */
  estimate: () => number
}

/** How much of the end is kept: usage is told in one of the last events. */
const TAIL_PIECES = 4
const TAIL_BYTES = 2048

/** So much of the beginning is kept for the estimate; what follows is taken to be alike. */
const SAMPLE_BYTES = 64 * 1024

/** Among so many first pieces Anthropic's first event is looked for: it alone tells what went in. */
const START_PIECES = 2

const LF = 0x0a
const CR = 0x0d
const QUOTE = 0x22
const decoder = new TextDecoder()

/** @param hides whether an event with usage and nothing else is kept from the client */
export function createStreamTap(hides: boolean): StreamTap {
  const tail: Uint8Array[] = []
  let hidden: WireUsage | null = null
  let began: WireUsage | null = null
  let seen = 0
  const sample: Uint8Array[] = []
  let sampled = 0
  let bytes = 0

  const keep = (piece: Uint8Array): void => {
    bytes += piece.byteLength
    if (bytes <= SAMPLE_BYTES || sample.length === 0) {
      sample.push(piece)
      sampled = bytes
    }
    seen += 1
    const start = seen > START_PIECES ? null : messageStart(piece)
    if (start !== null) began = findUsage(start.text)
    const rest = start === null ? piece : piece.subarray(start.end)
    tail.push(rest.byteLength > TAIL_BYTES ? rest.subarray(-TAIL_BYTES) : rest)
    if (tail.length > TAIL_PIECES) tail.shift()
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
  const end = (): string => tail.map((piece) => decoder.decode(piece)).join('')
  return {
    pass(piece) {
      keep(piece)
      return hides ? hide(piece) : piece
    },
    usage() {
      const told = hidden ?? findUsage(end())
      if (told === null || began === null || told.input > 0) return told
      return { ...told, input: began.input, cachedInput: began.cachedInput }
    },
    finish: () => findFinish(end()),
    estimate() {
      let words = ''
      for (const piece of sample) for (const data of eventData(decoder.decode(piece))) words += wordsIn(data)
      return sampled === 0 ? 0 : Math.ceil((estimateTokens(words) * bytes) / sampled)
    },
  }
}

/** What is no JSON is counted whole. */
function wordsIn(data: string): string {
  if (data === '[DONE]') return ''
  try {
    return wordsOf(JSON.parse(data))
  } catch {
    return data
  }
}

/** Anthropic's first event, whose usage is no account of the answer; null = there is none. */
function messageStart(piece: Uint8Array): { text: string; end: number } | null {
  const text = decoder.decode(piece.subarray(0, TAIL_BYTES))
  const at = text.search(/"type"\s*:\s*"message_start"/)
  if (at === -1) return null
  const [from, end] = eventAround(piece, at)
  return { text: decoder.decode(piece.subarray(from, end)), end }
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
