/** What a run of base64 or hex says, where that is text; any other run is none of our business. */

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

/** Bytes that no text has: control characters, and those that UTF-8 has no use for. */
const UNREADABLE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  const control = (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127
  return control || byte === 0xc0 || byte === 0xc1 || byte > 0xf4 ? 1 : 0
})

/** The bytes are judged before it, as an error of its own takes 10 µs. */
const UTF8 = new TextDecoder()

/** Grows with the longest run; never read after the call that wrote it. */
let bytes = new Uint8Array(1024)

/** Whether it is one of the digits of base64, which those of hex are as well. */
export function isPayloadDigit(codes: Uint16Array, at: number): boolean {
  return (DIGITS[codes[at] ?? 0] ?? NONE) !== NONE
}

/**
 * Linear in the length of the run.
 * @param start of digits, up to before `end`; whatever else stands among them is passed over
 * @returns null for what is no text
 */
export function decodePayload(codes: Uint16Array, start: number, end: number): Payload | null {
  if (bytes.length < end - start) bytes = new Uint8Array(end - start)
  return toText(decodeHex(codes, start, end)) ?? toText(decodeBase64(codes, start, end))
}

/** Whether no byte of a stretch of base64 says that it is none; a character may be cut off at either end. */
export function mayBeText(codes: Uint16Array, start: number, end: number): boolean {
  if (bytes.length < end - start) bytes = new Uint8Array(end - start)
  return decodeBase64(codes, start, end) > 0
}

/** @returns how many bytes; 0 for what cannot be text, and for digits alone: they are a number */
function decodeHex(codes: Uint16Array, start: number, end: number): number {
  let count = 0
  let high = -1
  let hasLetter = false
  for (let i = start; i < end; i += 1) {
    const value = hexValue(codes[i] ?? 0)
    if (value === NONE) {
      if (isPayloadDigit(codes, i)) return 0
      continue
    }
    hasLetter ||= value > 9
    if (high === -1) high = value
    else {
      const byte = 16 * high + value
      if (UNREADABLE[byte] === 1) return 0
      bytes[count++] = byte
      high = -1
    }
  }
  return hasLetter ? count : 0
}

function hexValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = (code | 32) - 97
  return letter >= 0 && letter < 6 ? letter + 10 : NONE
}

/** @returns how many bytes; 0 for what cannot be text */
function decodeBase64(codes: Uint16Array, start: number, end: number): number {
  let count = 0
  let bits = 0
  let pending = 0
  for (let i = start; i < end; i += 1) {
    const digit = DIGITS[codes[i] ?? 0] ?? NONE
    if (digit === NONE) continue
    pending = ((pending << 6) | digit) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    const byte = (pending >> bits) & 255
    if (UNREADABLE[byte] === 1) return 0
    bytes[count++] = byte
  }
  return count
}

/** Of the first `count` bytes, if they are UTF-8, but for a character that is cut off at their end. */
function toText(count: number): Payload | null {
  if (count === 0) return null
  let wordy = 0
  /** Bytes that the character still needs. */
  let open = 0
  for (let i = 0; i < count; i += 1) {
    const byte = bytes[i] ?? 0
    if (open > 0) {
      if (byte >> 6 !== 0b10) return null
      open -= 1
      wordy += 1
    } else if (byte >= 128) {
      if (byte < 0xc2) return null
      open = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
      wordy += 1
    } else if (byte === 32 || byte === 10 || isLetter(byte)) wordy += 1
  }
  return { text: UTF8.decode(bytes.subarray(0, count)), wordy: wordy / count }
}

function isLetter(byte: number): boolean {
  const lower = byte | 32
  return lower >= 97 && lower <= 122
}
