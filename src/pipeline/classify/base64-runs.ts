/** Texts that stand in another as base64, plain or for URLs, or as hex, in one line or wrapped. One level deep. */
import { CAPITAL, endOfSorts, NUMERAL, PAYLOAD, SMALL, SORTS } from './character-sorts.ts'
import { codesOf, STRETCH } from './codes-of.ts'
import { decodePayload, mayBeText, type Payload } from './decode-payload.ts'
import { gluedPayloads } from './glued-payloads.ts'

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

/** Both guards ask for the same text. */
let last: { text: string; decoded: Decoded } = { text: '', decoded: { texts: [], opaque: [] } }

/** The same as `decodeRuns`, remembered until it is asked of another text: for what a request says itself. */
export function decodePart(text: string): Decoded {
  if (text !== last.text) last = { text, decoded: decodeRuns(text) }
  return last.decoded
}

/** Time in proportion to the text: each run is read once. */
export function decodeRuns(text: string): Decoded {
  const codes = codesOf(text)
  const found: Decoded = { texts: [], opaque: [] }
  // A run of that length has a character at every such step: all others are passed over.
  for (let probe = SHORTEST - 1; probe < text.length; probe += SHORTEST) {
    if (isDigit(codes, probe)) probe = decodeAround(codes, probe, found)
  }
  return found
}

/** @returns where the run ends that `probe` is in */
function decodeAround(codes: Uint16Array, probe: number, { texts, opaque }: Decoded): number {
  let start = probe
  while (start > 0 && isDigit(codes, start - 1)) start -= 1
  let line = probe + 1
  while (line < start + SHORTEST && isDigit(codes, line)) line += 1
  // As most words are: nothing is made of them, not even garbage.
  if (line - start < SHORTEST) return line
  line = endOfSorts(codes, line, PAYLOAD)
  const { end, lines } = readRun(codes, start, line)
  const whole = decodeRun(codes, start, end)
  const found = whole === null ? decodeLines(codes, lines, end) : [whole]
  if (found.length === 0) found.push(...gluedPayloads(codes, { start, end, shortest: SHORTEST }))
  let covered = 0
  for (const each of found) {
    texts.push(each)
    covered += each.end - each.start
  }
  if (end - start - covered >= SHORTEST_OPAQUE && isMixed(codes, start, end)) opaque.push({ start, end })
  return end
}

const CARRIAGE_RETURN = 13
const LINE_FEED = 10

/**
 * Where full lines of base64 follow each other they are one run.
 * @param firstEnd behind its first line
 * @returns where it ends, and where each of its lines begins
 */
function readRun(codes: Uint16Array, start: number, firstEnd: number): { end: number; lines: number[] } {
  const lines: number[] = []
  let line = start
  let end = firstEnd
  for (;;) {
    lines.push(line)
    const feed = codes[end] === CARRIAGE_RETURN ? end + 1 : end
    const goesOn = end - line >= SHORTEST_LINE && (end - line) % 4 === 0
    if (!goesOn || codes[feed] !== LINE_FEED || !isDigit(codes, feed + 1)) return { end, lines }
    line = feed + 1
    end = endOfSorts(codes, line, PAYLOAD)
  }
}

/** Of a run that is no text as a whole: a digest may stand above what is, or words below. Each line is read once or twice. */
function decodeLines(codes: Uint16Array, lines: readonly number[], end: number): EncodedText[] {
  if (lines.length < 2) return []
  const found: EncodedText[] = []
  let first = 0
  for (let i = 0; i <= lines.length; i += 1) {
    const at = lines[i] ?? end
    const next = lines[i + 1] ?? end
    if (i < lines.length && mayBeText(codes, at, next)) continue
    const together = decodeRun(codes, lines[first] ?? end, at)
    if (together !== null) found.push(together)
    else
      for (let line = first; line < i; line += 1) {
        const alone = decodeRun(codes, lines[line] ?? end, lines[line + 1] ?? end)
        if (alone !== null) found.push(alone)
      }
    first = i + 1
  }
  return found
}

function decodeRun(codes: Uint16Array, start: number, end: number): EncodedText | null {
  const payload = end - start < SHORTEST ? null : decodePayload(codes, start, end)
  return payload === null ? null : { start, end, ...payload }
}

/** As bytes are; a word, or a row of one letter, is not. */
function isMixed(codes: Uint16Array, start: number, end: number): boolean {
  let sorts = 0
  for (let from = start; from < end && (sorts & MIXED) !== MIXED; from += STRETCH)
    sorts |= sortsWithin(codes, from, Math.min(end, from + STRETCH))
  return (sorts & MIXED) === MIXED
}

function sortsWithin(codes: Uint16Array, from: number, to: number): number {
  let sorts = 0
  for (let i = from; i < to; i += 1) sorts |= SORTS[codes[i] ?? 0] ?? 0
  return sorts
}

const MIXED = SMALL | CAPITAL | NUMERAL

/** Whether it is one of the digits of base64, which those of hex are as well. */
function isDigit(codes: Uint16Array, at: number): boolean {
  return ((SORTS[codes[at] ?? 0] ?? 0) & PAYLOAD) !== 0
}
