/**
 * Text as detectors read it: invisible characters gone, full-width forms, odd spaces and hyphens made plain, escapes of
 * JSON within a string decoded. Where that moves characters, a map leads back to the original.
 */
import { codesOf, isAscii } from './codes-of.ts'
import { type Normalized, PlainText } from './plain-text.ts'
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
  if (!escaped && !hasOdd(codes)) return { text, offsets: null }
  const plain = new PlainText(codes.length)
  for (let i = 0; i < codes.length; i += 1) {
    const from = i
    let code = codes[i] ?? 0
    if (escaped && code === BACKSLASH && i + 1 < codes.length) {
      const { code: escaping, length } = readEscape(codes, i)
      i += Math.max(1, length - 1)
      code = length === 1 ? (codes[i] ?? 0) : escaping
    }
    const read = PLAIN[code] ?? (isTag(code) ? GONE : 0)
    if (read !== GONE) plain.add(read === 0 ? code : read, from)
    else if (isTagHalf(code) && isSecondHalf(codes[i + 1])) i += 1
  }
  return plain.end(codes.length)
}

function hasOdd(codes: Uint16Array): boolean {
  for (let i = 0; i < codes.length; i += 1) if (PLAIN[codes[i] ?? 0] !== 0) return true
  return false
}

function isTag(code: number): boolean {
  return code >= TAGS[0] && code <= TAGS[1]
}

function isTagHalf(code: number): boolean {
  return code >= TAG_HALVES[0] && code <= TAG_HALVES[1]
}

function isSecondHalf(code: number | undefined): boolean {
  return code !== undefined && code >= 0xdc00 && code <= 0xdfff
}
