/**
 * Text as the injection guard reads it: what a disguise hides is made plain. Escapes and payloads in base64 or hex are
 * decoded once, compatibility forms, accents and look-alike letters become ASCII, what cannot be seen is dropped, all in
 * lower case. A map leads back to the original; within a payload it leads there in proportion.
 */
import { codesOf } from './codes-of.ts'
import { decodePayload } from './decode-payload.ts'
import { expansionOf, foldCode } from './fold-character.ts'
import type { Normalized } from './normalize.ts'
import { readEscape } from './read-escape.ts'

/** Fewer characters of base64 or hex hold no attempt worth the name. */
const SHORTEST_PAYLOAD = 20

/** Escapes are decoded in every text: results of tools are often JSON in a string, which nothing says. */
export function unmask(text: string): Normalized {
  const { payloads, plain } = survey(text)
  if (plain) return { text: text.toLowerCase(), offsets: null }
  const out = new Unmasked(text.length)
  let at = 0
  for (const { start, end, decoded } of payloads) {
    out.add(text, { from: at, to: start, origin: at, scale: 1 })
    const scale = (end - start) / decoded.length
    out.add(decoded, { from: 0, to: decoded.length, origin: start, scale })
    at = end
  }
  out.add(text, { from: at, to: text.length, origin: at, scale: 1 })
  return out.end(text.length)
}

interface Payload {
  start: number
  end: number
  decoded: string
}

const BACKSLASH = 92

/** Characters of base64 and hex. */
const DIGIT: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+/_-]/.test(String.fromCharCode(code)) ? 1 : 0,
)

/** Characters beyond ASCII and escapes; mostly there is neither. */
const MASKED = /[\u0080-\uffff]/

function survey(text: string): { payloads: Payload[]; plain: boolean } {
  const payloads: Payload[] = []
  const codes = codesOf(text)
  // A run of that length has a character at every such step: all others are passed over.
  for (let probe = SHORTEST_PAYLOAD - 1; probe < codes.length; probe += SHORTEST_PAYLOAD) {
    if (!isDigit(codes, probe)) continue
    let start = probe
    while (start > 0 && isDigit(codes, start - 1)) start -= 1
    let end = probe + 1
    while (end < codes.length && isDigit(codes, end)) end += 1
    probe = end
    if (end - start < SHORTEST_PAYLOAD) continue
    const decoded = decodePayload(text.slice(start, end))
    if (decoded !== null) payloads.push({ start, end: padded(text, end), decoded })
  }
  return { payloads, plain: payloads.length === 0 && !text.includes('\\') && !MASKED.test(text) }
}

function isDigit(codes: Uint16Array, at: number): boolean {
  return DIGIT[codes[at] ?? 0] === 1
}

function padded(text: string, end: number): number {
  let after = end
  while (after < end + 2 && text.charAt(after) === '=') after += 1
  return after
}

interface Stretch {
  from: number
  to: number
  /** Where in the original it stands, and how much of that each character takes. */
  origin: number
  scale: number
}

/** The text that comes out, as code units, and where each of them came from. */
class Unmasked {
  #units: Uint16Array
  #offsets: Uint32Array
  #length = 0

  constructor(length: number) {
    this.#units = new Uint16Array(length + ROOM)
    this.#offsets = new Uint32Array(length + ROOM)
  }

  add(text: string, { from, to, origin, scale }: Stretch): void {
    this.#makeRoom(to - from)
    for (let i = from; i < to; i += 1) {
      const offset = scale === 1 ? origin + i - from : origin + Math.floor((i - from) * scale)
      let code = text.charCodeAt(i)
      if (code === BACKSLASH) {
        const escape = readEscape(text, i)
        code = escape.code
        i += Math.min(escape.length, to - i) - 1
      } else if (code >= 0xd800 && code < 0xdc00) {
        code = text.codePointAt(i) ?? code
        if (code > 0xffff) i += 1
      }
      const folded = foldCode(code)
      if (folded === -1) this.#addString(expansionOf(code), offset, to - i)
      else {
        const at = this.#length
        this.#units[at] = folded
        this.#offsets[at] = offset
        this.#length = at + 1
      }
    }
  }

  /** @param length of the original */
  end(length: number): Normalized {
    this.#addString('\0', length, 0)
    return {
      text: UTF16.decode(this.#units.subarray(0, this.#length - 1)),
      offsets: this.#offsets.subarray(0, this.#length),
    }
  }

  /** @param left how many more characters need room after it */
  #addString(text: string, offset: number, left: number): void {
    this.#makeRoom(text.length + left)
    for (let i = 0; i < text.length; i += 1) {
      this.#units[this.#length] = text.charCodeAt(i)
      this.#offsets[this.#length] = offset
      this.#length += 1
    }
  }

  #makeRoom(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#units.length) return
    const units = new Uint16Array(2 * needed)
    const offsets = new Uint32Array(2 * needed)
    units.set(this.#units)
    offsets.set(this.#offsets)
    this.#units = units
    this.#offsets = offsets
  }
}

/** For the few characters that become several. */
const ROOM = 64
/** Code units as typed arrays hold them: little-endian wherever this runs. */
const UTF16 = new TextDecoder('utf-16le', { fatal: false, ignoreBOM: true })
