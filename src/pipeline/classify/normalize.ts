/**
 * Text as detectors read it: invisible characters gone, full-width forms, odd spaces and hyphens made plain, escapes of
 * JSON within a string decoded. Where that moves characters, a map leads back to the original.
 */
import { codesOf, isAscii, STRETCH } from './codes-of.ts'
import { isHalf, type Normalized, PlainText } from './plain-text.ts'
import { BACKSLASH, readEscape } from './read-escape.ts'

/** What is not seen: soft hyphen, joiners, zero-width and directional marks, variation selectors, fillers. */
const INVISIBLE: readonly (readonly [first: number, last: number])[] = [
  [0xad, 0xad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
]
/** Beyond the first plane: tags, more variation selectors, and what is kept for their like. */
const TAGS = [0xe0000, 0xe0fff] as const
/** The first halves of these as UTF-16. */
const TAG_HALVES = [0xdb40, 0xdb43] as const
const SPACES: readonly (readonly [first: number, last: number])[] = [
  [0xa0, 0xa0],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
]
/** What word processors and models write for a hyphen: they stand in numbers as well. A long dash parts clauses. */
const HYPHENS: readonly (readonly [first: number, last: number])[] = [
  [0x2010, 0x2013],
  [0x2212, 0x2212],
  [0xfe63, 0xfe63],
]
/** Zero of the digits of other scripts that are read as ours: Arabic, Persian, Devanagari. */
const ZEROS = [0x0660, 0x06f0, 0x0966]
const FULL_WIDTH = [0xff01, 0xff5e, 0xfee0] as const

/** What a character is read as; 0 = as it is. */
const PLAIN = new Uint16Array(0x10000)
const GONE = 0xffff
for (const [first, last] of INVISIBLE) PLAIN.fill(GONE, first, last + 1)
PLAIN.fill(GONE, TAG_HALVES[0], TAG_HALVES[1] + 1)
for (const [first, last] of SPACES) PLAIN.fill(32, first, last + 1)
for (const [first, last] of HYPHENS) PLAIN.fill(45, first, last + 1)
for (const zero of ZEROS) for (let digit = 0; digit < 10; digit += 1) PLAIN[zero + digit] = 48 + digit
for (let code = FULL_WIDTH[0]; code <= FULL_WIDTH[1]; code += 1) PLAIN[code] = code - FULL_WIDTH[2]

/**
 * @param json whether the text is JSON, so that its escapes stand for characters. A backslash that begins none of them
 *   is passed over.
 */
export function normalize(text: string, json: boolean): Normalized {
  const escaped = json && text.includes('\\')
  if (!escaped && isAscii(text)) return { text, offsets: null }
  const codes = codesOf(text)
  const { length } = text
  if (!escaped && !hasOdd(codes, length)) return { text, offsets: null }
  const plain = new PlainText(length)
  for (let at = 0; at < length;) at = readStretch(plain, codes, { at, length, escaped })
  return plain.end(length)
}

interface Stretch {
  at: number
  /** Of the whole text. */
  length: number
  escaped: boolean
}

/** @returns where the next stretch begins: behind so many characters, or behind one that takes two units */
function readStretch(plain: PlainText, codes: Uint16Array, { at, length: whole, escaped }: Stretch): number {
  plain.reserve(STRETCH)
  const { units, offsets } = plain
  let { length, seen, hasPairs } = plain
  let pair: { code: number; offset: number } | null = null
  const to = Math.min(whole, at + STRETCH)
  let i = at
  for (; i < to && pair === null; i += 1) {
    const from = i
    let code = codes[i] ?? 0
    if (escaped && code === BACKSLASH && i + 1 < whole) {
      const { code: escaping, length: taken } = readEscape(codes, i)
      i += Math.max(1, taken - 1)
      code = taken === 1 ? (codes[i] ?? 0) : escaping
    }
    const read = code > 0xffff ? (isTag(code) ? GONE : 0) : (PLAIN[code] ?? 0)
    if (read === GONE) {
      if (isTagHalf(code) && isSecondHalf(codes[i + 1] ?? 0)) i += 1
    } else if (code > 0xffff) pair = { code, offset: from }
    else {
      const unit = read === 0 ? code : read
      units[length] = unit
      offsets[length] = from
      length += 1
      seen |= unit
      if (isHalf(unit)) hasPairs = true
    }
  }
  plain.length = length
  plain.seen = seen
  plain.hasPairs = hasPairs
  if (pair !== null) plain.addString(String.fromCodePoint(pair.code), pair.offset)
  return i
}

function hasOdd(codes: Uint16Array, length: number): boolean {
  for (let from = 0; from < length; from += STRETCH) if (hasOddWithin(codes, from)) return true
  return false
}

function hasOddWithin(codes: Uint16Array, from: number): boolean {
  const to = Math.min(codes.length, from + STRETCH)
  for (let i = from; i < to; i += 1) if (PLAIN[codes[i] ?? 0] !== 0) return true
  return false
}

function isTag(code: number): boolean {
  return code >= TAGS[0] && code <= TAGS[1]
}

function isTagHalf(code: number): boolean {
  return code >= TAG_HALVES[0] && code <= TAG_HALVES[1]
}

function isSecondHalf(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
