/** Escapes as JSON and most programming languages write them. */

export interface Escape {
  /** The character it stands for; a backslash where it is none. */
  code: number
  /** How many characters it is written with. */
  length: number
}

const CODES: ReadonlyMap<string, number> = new Map(
  Object.entries({ n: 10, r: 13, t: 9, b: 8, f: 12, '"': 34, "'": 39, '/': 47, '\\': 92 }),
)

const HEX = /^[0-9a-fA-F]+$/

/** @param at where in the text a backslash stands */
export function readEscape(text: string, at: number): Escape {
  const letter = text.charAt(at + 1)
  if (letter === 'x') return hexEscape(text, at, 2)
  if (letter !== 'u') {
    const code = CODES.get(letter)
    return code === undefined ? { code: 92, length: 1 } : { code, length: 2 }
  }
  const high = hexEscape(text, at, 4)
  if (high.code < 0xd800 || high.code >= 0xdc00 || !text.startsWith('\\u', at + 6)) return high
  const low = hexEscape(text, at + 6, 4)
  if (low.code < 0xdc00 || low.code >= 0xe000) return high
  return { code: 0x10000 + ((high.code - 0xd800) << 10) + (low.code - 0xdc00), length: 12 }
}

function hexEscape(text: string, at: number, digits: number): Escape {
  const hex = text.slice(at + 2, at + 2 + digits)
  const isWhole = hex.length === digits && HEX.test(hex)
  return isWhole ? { code: Number.parseInt(hex, 16), length: 2 + digits } : { code: 92, length: 1 }
}
