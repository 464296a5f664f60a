/**
 * Text as detectors read it: invisible characters gone, full-width forms and odd spaces made plain, escapes of JSON
 * within a string decoded. Where that moves characters, a map leads back to the original.
 */

export interface Normalized {
  text: string
  /** Offset in `text` → offset in the original, one more entry than characters; null = they are the same. */
  offsets: Uint32Array | null
}

/** What would change: soft hyphen, zero-width and directional marks, odd spaces, full-width ASCII. */
const ODD = /[\u00a0\u00ad\u180e\u2000-\u200f\u202a-\u202f\u205f-\u206f\u3000\ufeff\uff01-\uff5e]/

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

/** @param json whether the text is JSON, so that its escapes stand for characters */
export function normalize(text: string, json: boolean): Normalized {
  const escaped = json && text.includes('\\')
  if (!escaped && !ODD.test(text)) return { text, offsets: null }
  const offsets = new Uint32Array(text.length + 1)
  let result = ''
  for (let i = 0; i < text.length;) {
    const [character, length] = escaped ? unescape(text, i) : [text.charAt(i), 1]
    const plain = plainOf(character)
    if (plain !== '') {
      offsets[result.length] = i
      result += plain
    }
    i += length
  }
  offsets[result.length] = text.length
  return { text: result, offsets: offsets.subarray(0, result.length + 1) }
}

/** The character at `i`, and how many it was written with. */
function unescape(text: string, i: number): [character: string, length: number] {
  const character = text.charAt(i)
  if (character !== '\\') return [character, 1]
  const code = text.charAt(i + 1)
  if (code !== 'u') return [ESCAPES[code] ?? code, 2]
  const hex = text.slice(i + 2, i + 6)
  return /^[0-9a-fA-F]{4}$/.test(hex) ? [String.fromCharCode(Number.parseInt(hex, 16)), 6] : [code, 2]
}

/** One character or none. */
function plainOf(character: string): string {
  if (!ODD.test(character)) return character
  const code = character.charCodeAt(0)
  if (code >= 0xff01) return String.fromCharCode(code - 0xfee0)
  const space =
    code === 0xa0 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    (code >= 0x2000 && code <= 0x200a)
  return space ? ' ' : ''
}
