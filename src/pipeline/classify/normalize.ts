/**
 * Text as detectors read it: invisible characters gone, full-width forms and odd spaces made plain, escapes of JSON
 * within a string decoded. Where that moves characters, a map leads back to the original.
 */

export interface Normalized {
  text: string
  /** Offset in `text` → offset in the original, one more entry than characters; null = they are the same. */
  offsets: Uint32Array | null
}

/**
 * What would change: what is not seen (soft hyphen, joiners, zero-width and directional marks, variation selectors,
 * fillers), odd spaces, full-width ASCII, Arabic and Devanagari digits. First and last of each range.
 */
const ODD_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0xa0, 0xa0],
  [0xad, 0xad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x0660, 0x0669],
  [0x06f0, 0x06f9],
  [0x0966, 0x096f],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180e],
  [0x2000, 0x200f],
  [0x202a, 0x202f],
  [0x205f, 0x206f],
  [0x3000, 0x3000],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xff01, 0xff5e],
]
const ODD = new Uint8Array(0x10000)
for (const [first, last] of ODD_RANGES) ODD.fill(1, first, last + 1)

const BEYOND_ASCII = /[\u0080-\uffff]/

/** Zero of the digits of other scripts that are read as ours. */
const ZEROS = [0x0660, 0x06f0, 0x0966]

const BACKSLASH = 0x5c

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

/** @param json whether the text is JSON, so that its escapes stand for characters */
export function normalize(text: string, json: boolean): Normalized {
  const escaped = json && text.includes('\\')
  if (!escaped && !hasOdd(text)) return { text, offsets: null }
  const offsets = new Uint32Array(text.length + 1)
  let result = ''
  let length = 0
  /** From here on the text is as it was. */
  let from = 0
  for (let i = 0; i < text.length;) {
    const isEscape = escaped && text.charCodeAt(i) === BACKSLASH
    const code = text.charCodeAt(i)
    if (!isEscape && !isOdd(code)) {
      offsets[length] = i
      length += 1
      i += 1
      continue
    }
    const [character, taken] = isEscape ? unescape(text, i) : [text.charAt(i), 1]
    const plain = plainOf(character)
    if (from < i) result += text.slice(from, i)
    result += plain
    if (plain !== '') {
      offsets[length] = i
      length += 1
    }
    i += taken
    from = i
  }
  result += text.slice(from)
  offsets[length] = text.length
  return { text: result, offsets: offsets.subarray(0, length + 1) }
}

function hasOdd(text: string): boolean {
  if (!BEYOND_ASCII.test(text)) return false
  for (let i = 0; i < text.length; i += 1) if (isOdd(text.charCodeAt(i))) return true
  return false
}

function isOdd(code: number): boolean {
  return ODD[code] === 1
}

/** The character that the backslash at `i` begins, and how many it was written with. */
function unescape(text: string, i: number): [character: string, length: number] {
  const code = text.charAt(i + 1)
  if (code !== 'u') return [ESCAPES[code] ?? code, 2]
  const hex = text.slice(i + 2, i + 6)
  return /^[0-9a-fA-F]{4}$/.test(hex) ? [String.fromCharCode(Number.parseInt(hex, 16)), 6] : [code, 2]
}

/** One character or none. */
function plainOf(character: string): string {
  const code = character.charCodeAt(0)
  if (!isOdd(code)) return character
  if (code >= 0xff01) return String.fromCharCode(code - 0xfee0)
  const zero = ZEROS.find((first) => code >= first && code <= first + 9)
  if (zero !== undefined) return String.fromCharCode(48 + code - zero)
  const space =
    code === 0xa0 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    (code >= 0x2000 && code <= 0x200a)
  return space ? ' ' : ''
}
