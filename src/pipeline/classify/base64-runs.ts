/** Texts that stand in another as base64, plain or for URLs, in one line or wrapped. One level deep. */

export interface EncodedText {
  start: number
  end: number
  text: string
}

export interface Decoded {
  texts: EncodedText[]
  /** A long run holds something else than text: nobody knows what. */
  opaque: boolean
}

/** Fewer characters hold nothing that we look for. */
const SHORTEST = 16
/** From here a run that is no text was meant to hold something; what is shorter may be a digest or a name. */
const SHORTEST_OPAQUE = 512
/** Lines of wrapped base64 have at least so many characters. */
const SHORTEST_LINE = 60

/** 6 bits by character; 255 = none. */
const BITS = new Uint8Array(128).fill(255)
for (const digits of [
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
]) {
  for (let value = 0; value < digits.length; value += 1) BITS[digits.charCodeAt(value)] = value
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** Time in proportion to the text: each run is read once. */
export function decodeRuns(text: string): Decoded {
  const texts: EncodedText[] = []
  let opaque = false
  // A run of that length has a character at every such step: all others are passed over.
  for (let probe = SHORTEST - 1; probe < text.length; probe += SHORTEST) {
    if (bitsAt(text, probe) === 255) continue
    let start = probe
    while (start > 0 && bitsAt(text, start - 1) !== 255) start -= 1
    const end = endOfRun(text, start)
    probe = end
    if (end - start < SHORTEST) continue
    const run = text.slice(start, end)
    const decoded = decode(run)
    if (decoded !== null) texts.push({ start, end, text: decoded })
    else if (run.length >= SHORTEST_OPAQUE && isMixed(run)) opaque = true
  }
  return { texts, opaque }
}

function bitsAt(text: string, at: number): number {
  return BITS[text.charCodeAt(at)] ?? 255
}

/** Where full lines of base64 follow each other they are one run. */
function endOfRun(text: string, start: number): number {
  let end = start
  for (let line = start; ; line = end) {
    while (bitsAt(text, end) !== 255) end += 1
    if (end - line < SHORTEST_LINE || (end - line) % 4 !== 0) return end
    const next = text.startsWith('\r\n', end) ? end + 2 : text.startsWith('\n', end) ? end + 1 : end
    if (next === end || bitsAt(text, next) === 255) return end
    end = next
  }
}

/** @returns null for what is no text */
function decode(run: string): string | null {
  const bytes = new Uint8Array(Math.ceil((run.length * 3) / 4))
  let count = 0
  let held = 0
  let bits = 0
  for (let i = 0; i < run.length; i += 1) {
    const value = bitsAt(run, i)
    if (value === 255) continue
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    const byte = (held >> bits) & 255
    if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127 || byte >= 0xf8) return null
    bytes[count] = byte
    count += 1
  }
  try {
    return utf8.decode(bytes.subarray(0, count))
  } catch {
    return null
  }
}

/** As bytes are; a word, or a row of one letter, is not. */
function isMixed(run: string): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /[0-9]/.test(run)
}
