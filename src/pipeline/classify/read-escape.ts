/** Escapes as JSON and most programming languages write them. */

export interface Escape {
  /** The character it stands for; a backslash where it is none. */
  code: number
  /** How many characters it is written with; 1 where it is none. */
  length: number
}

export const BACKSLASH = 92

/** By the code of the letter behind the backslash; 0 = none. */
const SHORT = new Uint8Array(128)
for (const [letter, code] of Object.entries({
  n: 10,
  r: 13,
  t: 9,
  b: 8,
  f: 12,
  '"': 34,
  "'": 39,
  '/': 47,
  '\\': 92,
})) {
  SHORT[letter.charCodeAt(0)] = code
}

/** Values of hexadecimal digits by their codes; 255 = none. */
const HEX = new Uint8Array(128).fill(255)
for (const [value, digit] of Array.from('0123456789abcdef').entries()) {
  HEX[digit.charCodeAt(0)] = value
  HEX[digit.toUpperCase().charCodeAt(0)] = value
}

const LETTER_U = 117
const LETTER_X = 120
const NONE: Escape = { code: BACKSLASH, length: 1 }

/** @param at where in the text a backslash stands */
export function readEscape(codes: Uint16Array, at: number): Escape {
  const letter = codes[at + 1] ?? 0
  const short = SHORT[letter] ?? 0
  if (short !== 0) return { code: short, length: 2 }
  if (letter === LETTER_X) return hexEscape(codes, at, 2)
  if (letter !== LETTER_U) return NONE
  const high = hexEscape(codes, at, 4)
  if (high.code < 0xd800 || high.code >= 0xdc00) return high
  if (codes[at + 6] !== BACKSLASH || codes[at + 7] !== LETTER_U) return high
  const low = hexEscape(codes, at + 6, 4)
  if (low.code < 0xdc00 || low.code >= 0xe000) return high
  return { code: 0x10000 + ((high.code - 0xd800) << 10) + (low.code - 0xdc00), length: 12 }
}

function hexEscape(codes: Uint16Array, at: number, digits: number): Escape {
  let code = 0
  for (let i = at + 2; i < at + 2 + digits; i += 1) {
    const value = HEX[codes[i] ?? 0] ?? 255
    if (value === 255) return NONE
    code = 16 * code + value
  }
  return { code, length: 2 + digits }
}
