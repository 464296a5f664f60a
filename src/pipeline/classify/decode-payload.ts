/** What a run of base64 or hex says, where that is readable text; any other run is none of our business. */

/** Digits of base64, plain and for URLs, by their character codes; 255 for what is none. */
const DIGITS: Uint8Array = new Uint8Array(128).fill(255)
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
for (let value = 0; value < ALPHABET.length; value += 1) DIGITS[ALPHABET.charCodeAt(value)] = value
DIGITS['-'.charCodeAt(0)] = 62
DIGITS['_'.charCodeAt(0)] = 63

const HEX = /^[0-9A-Fa-f]+$/
/** Runs on every long word: the bytes are judged before it, as an error of its own takes 10 µs. */
const UTF8 = new TextDecoder()

/** Share of letters and spaces from which bytes count as words. */
const WORDY = 0.7

/** @param run characters of base64, of its form for URLs, or of hex, in ASCII; linear in its length */
export function decodePayload(run: string): string | null {
  return (HEX.test(run) ? readAs(fromHex, run) : null) ?? readAs(fromBase64, run)
}

/** Digits of a long run that are tried first; whole bytes in both forms. */
const PROBE = 256

function readAs(decode: (run: string) => Uint8Array, run: string): string | null {
  if (run.length > 2 * PROBE && !isText(decode(run.slice(0, PROBE)), 0)) return null
  const bytes = decode(run)
  return isText(bytes, WORDY) ? UTF8.decode(bytes) : null
}

function fromHex(run: string): Uint8Array {
  const bytes = new Uint8Array(run.length >> 1)
  for (let i = 0; i < bytes.length; i += 1) {
    bytes[i] = 16 * hexDigit(run.charCodeAt(2 * i)) + hexDigit(run.charCodeAt(2 * i + 1))
  }
  return bytes
}

/** `A` and `a` end in the same four bits as 1 does. */
function hexDigit(code: number): number {
  return code < 58 ? code - 48 : (code & 15) + 9
}

function fromBase64(run: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((run.length * 3) / 4))
  let count = 0
  let bits = 0
  let pending = 0
  for (let i = 0; i < run.length; i += 1) {
    const digit = DIGITS[run.charCodeAt(i)] ?? 255
    if (digit === 255) break
    pending = ((pending << 6) | digit) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[count++] = pending >> bits
  }
  return bytes.subarray(0, count)
}

/**
 * Whether bytes are UTF-8, but for a character that is cut off at their end, and so much of it words. Keys and pictures
 * give themselves away within a few bytes.
 */
function isText(bytes: Uint8Array, share: number): boolean {
  let wordy = 0
  /** Bytes that the character still needs. */
  let open = 0
  for (const byte of bytes) {
    if (open > 0) {
      if (byte >> 6 !== 0b10) return false
      open -= 1
      wordy += 1
    } else if (byte >= 128) {
      open = followersOf(byte)
      if (open === 0) return false
      wordy += 1
    } else if (byte === 32 || byte === 10 || isLetter(byte)) wordy += 1
    else if (byte === 127 || (byte < 32 && byte !== 9 && byte !== 13)) return false
  }
  return wordy >= bytes.length * share
}

/** How many bytes follow the first one of a character in UTF-8; 0 = none can. */
function followersOf(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 0
  return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3
}

function isLetter(byte: number): boolean {
  const lower = byte | 32
  return lower >= 97 && lower <= 122
}
