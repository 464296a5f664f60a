/** What a run of base64 or hex says, where that is text; any other run is none of our business. */
import { STRETCH } from './codes-of.ts'

export interface Payload {
  text: string
  /** Share of letters, spaces and whatever is not ASCII. */
  wordy: number
}

const NONE = 255

/** Digits of base64, plain and for URLs, by their character codes. */
const DIGITS: Uint8Array = new Uint8Array(128).fill(NONE)
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
for (let value = 0; value < ALPHABET.length; value += 1) DIGITS[ALPHABET.charCodeAt(value)] = value
DIGITS['-'.charCodeAt(0)] = 62
DIGITS['_'.charCodeAt(0)] = 63

/** Those of hex. */
const HEX_DIGITS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? NONE : value
})

/** Bytes that no text has: control characters, and those that UTF-8 has no use for. */
const UNREADABLE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  const control = (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127
  return control || byte === 0xc0 || byte === 0xc1 || byte > 0xf4 ? 1 : 0
})

/**
 * How many bytes a character still needs, by how many it needed (from 0 to 3) and the byte that came; `NONE` for what
 * cannot be text. Most runs are none, which their first bytes say.
 */
const STILL_OPEN: Uint8Array = Uint8Array.from({ length: 4 * 256 }, (_, place) => {
  const [open, byte] = [place >> 8, place & 255]
  if (UNREADABLE[byte] === 1) return NONE
  if (open > 0) return byte >> 6 === 0b10 ? open - 1 : NONE
  if (byte < 128) return 0
  if (byte < 0xc2) return NONE
  return byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
})

/** Letters, spaces, line ends and all that is not ASCII. */
const WORDY: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 128 || byte === 10 || /[A-Za-z ]/.test(String.fromCharCode(byte)) ? 1 : 0,
)

/** The bytes are judged before it, as an error of its own takes 10 µs. */
const UTF8 = new TextDecoder()

/** Grows with the longest run; never read after the call that wrote it. */
let bytes = new Uint8Array(1024)

/**
 * Linear in the length of the run.
 * @param start of digits, up to before `end`; line ends among them are passed over
 * @returns null for what is no text
 */
export function decodePayload(codes: Uint16Array, start: number, end: number): Payload | null {
  if (bytes.length < end - start) bytes = new Uint8Array(end - start)
  const count = decodeHex(codes, start, end) || decodeBase64(codes, start, end)
  if (count === 0) return null
  let wordy = 0
  for (let i = 0; i < count; i += 1) wordy += WORDY[bytes[i] ?? 0] ?? 0
  return { text: UTF8.decode(bytes.subarray(0, count)), wordy: wordy / count }
}

/** Whether no byte of a stretch of base64 says that it is none; a character may be cut off at either end. */
export function mayBeText(codes: Uint16Array, start: number, end: number): boolean {
  let bits = 0
  let pending = 0
  for (let i = start; i < end; i += 1) {
    const digit = DIGITS[codes[i] ?? 0] ?? NONE
    if (digit === NONE) continue
    pending = ((pending << 6) | digit) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    if (UNREADABLE[(pending >> bits) & 255] === 1) return false
  }
  return end - start > 1
}

/** @returns how many bytes; 0 for what cannot be text, and for digits alone: they are a number */
function decodeHex(codes: Uint16Array, start: number, end: number): number {
  let count = 0
  let high = -1
  let open = 0
  let hasLetter = false
  for (let i = start; i < end; i += 1) {
    const code = codes[i] ?? 0
    const value = HEX_DIGITS[code] ?? NONE
    if (value === NONE) {
      if (DIGITS[code] !== NONE) return 0
      continue
    }
    hasLetter ||= value > 9
    if (high === -1) high = value
    else {
      const byte = 16 * high + value
      open = STILL_OPEN[256 * open + byte] ?? NONE
      if (open === NONE) return 0
      bytes[count++] = byte
      high = -1
    }
  }
  return hasLetter ? count : 0
}

/** Where the decoding of a run stands: its bytes, the bits that are not yet one, the bytes that a character still needs. */
const progress = { count: 0, bits: 0, pending: 0, open: 0 }

/** @returns how many bytes; 0 for what cannot be text */
function decodeBase64(codes: Uint16Array, start: number, end: number): number {
  progress.count = 0
  progress.bits = 0
  progress.pending = 0
  progress.open = 0
  for (let from = start; from < end; from += STRETCH)
    if (!goOnInBase64(codes, from, Math.min(end, from + STRETCH))) return 0
  return progress.count
}

/** @returns whether it may still be text */
function goOnInBase64(codes: Uint16Array, start: number, end: number): boolean {
  let { count, bits, pending, open } = progress
  for (let i = start; i < end; i += 1) {
    const digit = DIGITS[codes[i] ?? 0] ?? NONE
    if (digit === NONE) continue
    pending = ((pending << 6) | digit) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    const byte = (pending >> bits) & 255
    open = STILL_OPEN[256 * open + byte] ?? NONE
    if (open === NONE) return false
    bytes[count++] = byte
  }
  progress.count = count
  progress.bits = bits
  progress.pending = pending
  progress.open = open
  return true
}
