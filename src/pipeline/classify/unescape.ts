/**
 * Text whose escapes are those of JSON, with each of them made the character it stands for; JSON within JSON as well.
 */
import type { Normalized } from './normalize.ts'

/** JSON in a string in JSON in a string: each level doubles the backslashes of the one below. */
const MOST_LEVELS = 3

/** What can be read otherwise than it is written. */
export const ESCAPE: RegExp = /\\[nrtbfu"\\/]/

const PLAIN: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }
const HEX = /^[0-9a-fA-F]{4}$/

/** Linear in the length of the text. */
export function unescape(text: string): Normalized {
  let result: Normalized = { text, offsets: null }
  for (let level = 0; level < MOST_LEVELS && result.text.includes('\\'); level += 1) {
    const { text: inner, offsets } = unescapeOnce(result.text)
    const outer = result.offsets
    result = { text: inner, offsets: outer === null ? offsets : offsets.map((at) => outer[at] ?? at) }
  }
  return result
}

function unescapeOnce(text: string): { text: string; offsets: Uint32Array } {
  const offsets = new Uint32Array(text.length + 1)
  const pieces: string[] = []
  let length = 0
  const take = (from: number, to: number): void => {
    for (let i = from; i < to; i += 1) offsets[length + i - from] = i
    length += to - from
    pieces.push(text.slice(from, to))
  }
  let at = 0
  for (let escape = text.indexOf('\\'); escape !== -1; escape = text.indexOf('\\', at)) {
    take(at, escape)
    const [plain, end] = read(text, escape)
    pieces.push(plain)
    offsets[length] = escape
    length += plain.length
    at = end
  }
  take(at, text.length)
  offsets[length] = text.length
  return { text: pieces.join(''), offsets: offsets.subarray(0, length + 1) }
}

/** The character that the escape at `at` stands for, and where it ends. A backslash that ends the text is one. */
function read(text: string, at: number): [plain: string, end: number] {
  const code = text.charAt(at + 1)
  const hex = code === 'u' ? text.slice(at + 2, at + 6) : ''
  if (HEX.test(hex)) return [String.fromCharCode(Number.parseInt(hex, 16)), at + 6]
  return code === '' ? ['\\', at + 1] : [PLAIN[code] ?? code, at + 2]
}
