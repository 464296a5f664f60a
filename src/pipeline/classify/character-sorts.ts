/**
 * What detectors ask of a single character, as bits of one table: a walk over a text then asks by one look. The table
 * holds all code units, since a look beyond its end costs many times as much.
 */
import { STRETCH } from './codes-of.ts'

export const SMALL = 1
export const CAPITAL = 2
export const NUMERAL = 4
/** Whatever no name and no path has. */
export const MARK = 8
/** Digits of base64, plain and for URLs. Those of hex are among them. */
export const PAYLOAD = 16
/** White space as patterns know it. */
export const BLANK = 32
export const UNDERSCORE = 64
/** What may stand in a value without quotes. */
export const IN_VALUE = 128
/** What quotes, and what escapes a quote. */
export const QUOTE = 256
/** Before a number: it is the rest of a word, an amount, a colour, a path. */
export const GLUE = 512
/** Between the digits of one number. */
export const SEPARATOR = 1024
/** Characters of names in mail addresses. */
export const IN_MAIL_NAME = 2048
/** Of labels of domains: anything beyond ASCII may be a letter there. */
export const IN_LABEL = 4096

/** Words with dots. */
export const IN_NAME = 8192

/** What glues a payload to a word. */
export const GLUING = 16384

export const LETTER: number = SMALL | CAPITAL
/** As patterns know words. */
export const WORD: number = LETTER | NUMERAL | UNDERSCORE

/** White space beyond ASCII. */
const FAR_BLANKS =
  '\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'

/** By code unit. */
export const SORTS: Uint16Array = toSorts()

function toSorts(): Uint16Array {
  const sorts = new Uint16Array(0x10000).fill(MARK | IN_VALUE | IN_LABEL, 128)
  for (let code = 0; code < 128; code += 1) sorts[code] = sortOf(String.fromCharCode(code))
  for (const blank of FAR_BLANKS) sorts[blank.charCodeAt(0)] = MARK | BLANK | IN_LABEL
  for (const currency of '£€') sorts[currency.charCodeAt(0)] = MARK | IN_VALUE | IN_LABEL | GLUE
  return sorts
}

/** @returns where those from `at` on end that are of one of the sorts */
export function endOfSorts(codes: Uint16Array, at: number, sorts: number): number {
  let from = at
  for (;;) {
    const end = endInStretch(codes, from, sorts)
    if (end < from + STRETCH) return end
    from = end
  }
}

function endInStretch(codes: Uint16Array, from: number, sorts: number): number {
  const to = from + STRETCH
  let end = from
  while (end < to && ((SORTS[codes[end] ?? 0] ?? 0) & sorts) !== 0) end += 1
  return end
}

/** @returns the same, of at most `most` characters */
export function endOfFew(
  codes: Uint16Array,
  at: number,
  { sorts, most }: { sorts: number; most: number },
): number {
  let end = at
  while (end < at + most && ((SORTS[codes[end] ?? 0] ?? 0) & sorts) !== 0) end += 1
  return end
}

/** @param character of ASCII */
function sortOf(character: string): number {
  const has = (pattern: RegExp, bit: number): number => (pattern.test(character) ? bit : 0)
  return (
    has(/[a-z]/, SMALL) |
    has(/[A-Z]/, CAPITAL) |
    has(/[0-9]/, NUMERAL) |
    has(/[^A-Za-z0-9_.[\]\\/:-]/, MARK) |
    has(/[A-Za-z0-9+/_-]/, PAYLOAD) |
    has(/\s/, BLANK) |
    has(/_/, UNDERSCORE) |
    has(/[^\s"'`,;<>(){}[\]\\]/, IN_VALUE) |
    has(/[\\"'`]/, QUOTE) |
    has(/[A-Za-z0-9_.$#@/-]/, GLUE) |
    has(/[ ./()-]/, SEPARATOR) |
    has(/[A-Za-z0-9_.%+-]/, IN_MAIL_NAME) |
    has(/[A-Za-z0-9-]/, IN_LABEL) |
    has(/[A-Za-z0-9_.]/, IN_NAME) |
    has(/[/_-]/, GLUING)
  )
}
