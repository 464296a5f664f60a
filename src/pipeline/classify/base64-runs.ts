/** Texts that stand in another as base64, plain or for URLs, or as hex, in one line or wrapped. One level deep. */
import { codesOf } from './codes-of.ts'
import { decodePayload, isPayloadDigit, type Payload } from './decode-payload.ts'

export interface EncodedText extends Payload {
  start: number
  end: number
}

export interface Decoded {
  texts: EncodedText[]
  /** Long runs that hold something else than text: nobody knows what. */
  opaque: { start: number; end: number }[]
}

/** Fewer characters hold nothing that we look for. */
const SHORTEST = 16
/** From here a run that is no text was meant to hold something; what is shorter may be a digest or a name. */
const SHORTEST_OPAQUE = 512
/** Lines of wrapped base64 have at least so many characters. */
const SHORTEST_LINE = 60

/** Time in proportion to the text: each run is read once. */
export function decodeRuns(text: string): Decoded {
  const codes = codesOf(text)
  const texts: EncodedText[] = []
  const opaque: Decoded['opaque'] = []
  // A run of that length has a character at every such step: all others are passed over.
  for (let probe = SHORTEST - 1; probe < codes.length; probe += SHORTEST) {
    if (!isPayloadDigit(codes, probe)) continue
    let start = probe
    while (start > 0 && isPayloadDigit(codes, start - 1)) start -= 1
    const { end, lastLine } = readRun(codes, start)
    probe = end
    if (end - start < SHORTEST) continue
    const encoded = decodeRun(codes, start, end) ?? decodeRun(codes, start, lastLine)
    if (encoded !== null) {
      texts.push(encoded)
      probe = encoded.end
    } else if (end - start >= SHORTEST_OPAQUE && isMixed(text.slice(start, end))) opaque.push({ start, end })
  }
  return { texts, opaque }
}

const CARRIAGE_RETURN = 13
const LINE_FEED = 10

/**
 * Where full lines of base64 follow each other they are one run.
 * @returns where it ends, and where its last line begins, which may be words that stand below: `start` for one line
 */
function readRun(codes: Uint16Array, start: number): { end: number; lastLine: number } {
  let end = start
  for (let line = start; ; line = end) {
    while (isPayloadDigit(codes, end)) end += 1
    const feed = codes[end] === CARRIAGE_RETURN ? end + 1 : end
    const goesOn = end - line >= SHORTEST_LINE && (end - line) % 4 === 0
    if (!goesOn || codes[feed] !== LINE_FEED || !isPayloadDigit(codes, feed + 1))
      return { end, lastLine: line }
    end = feed + 1
  }
}

function decodeRun(codes: Uint16Array, start: number, end: number): EncodedText | null {
  const payload = end === start ? null : decodePayload(codes, start, end)
  return payload === null ? null : { start, end, ...payload }
}

/** As bytes are; a word, or a row of one letter, is not. */
function isMixed(run: string): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /[0-9]/.test(run)
}
