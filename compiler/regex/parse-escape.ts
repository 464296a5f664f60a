/**
 * Characters and escapes inside a regular expression.
 */
import { complement, DIGITS, propertySet, SPACES, WORD, type CodePoints } from './code-points.ts'
import { foldCase } from './fold-case.ts'
import { NotJudged } from './regex-node.ts'

/** Where a parser stands; moved by whoever reads. */
export interface Cursor {
  characters: readonly string[]
  at: number
  ignoreCase: boolean
}

/** What `\d`, `\W`, `\p{…}` and the like match; null, and nothing read, for an escape that is one character. */
export function classEscape(cursor: Cursor): CodePoints | null {
  const { characters, at, ignoreCase } = cursor
  const name = characters[at + 1] ?? ''
  if (!/^[dDsSwWpP]$/.test(name)) return null
  cursor.at += 2
  if (name === 'p' || name === 'P') {
    const end = characters.indexOf('}', cursor.at)
    if (end === -1) throw new NotJudged('a property does not end')
    const escape = `\\${name}${characters.slice(cursor.at, end + 1).join('')}`
    cursor.at = end + 1
    return propertySet(escape, ignoreCase)
  }
  const set = PLAIN_CLASSES[name.toLowerCase()] ?? []
  const folded = ignoreCase && name.toLowerCase() === 'w' ? foldCase(set) : set
  return name === name.toLowerCase() ? folded : complement(folded)
}

const PLAIN_CLASSES: Record<string, CodePoints> = { d: DIGITS, s: SPACES, w: WORD }

const CONTROL: Record<string, number> = { n: 0x0a, r: 0x0d, t: 0x09, v: 0x0b, f: 0x0c, '0': 0 }

/** One character, written plainly or as an escape. */
export function readCharacter(cursor: Cursor, inClass = false): number {
  const character = cursor.characters[cursor.at++] ?? ''
  if (character !== '\\') return character.codePointAt(0) ?? 0
  const escape = cursor.characters[cursor.at++] ?? ''
  if (escape in CONTROL) return CONTROL[escape] ?? 0
  if (escape === 'b' && inClass) return 0x08
  if (escape === 'c') return ((cursor.characters[cursor.at++] ?? '').codePointAt(0) ?? 0) % 32
  if (escape === 'x') return readHex(cursor, 2)
  if (escape === 'u') return readUnicode(cursor)
  return escape.codePointAt(0) ?? 0
}

function readUnicode(cursor: Cursor): number {
  if (cursor.characters[cursor.at] === '{') {
    const end = cursor.characters.indexOf('}', cursor.at)
    const digits = cursor.characters.slice(cursor.at + 1, end).join('')
    cursor.at = end + 1
    return Number.parseInt(digits, 16)
  }
  const unit = readHex(cursor, 4)
  const isPair =
    unit >= 0xd800 && unit < 0xdc00 && cursor.characters.slice(cursor.at, cursor.at + 2).join('') === '\\u'
  if (!isPair) return unit
  const before = cursor.at
  cursor.at += 2
  const low = readHex(cursor, 4)
  if (low >= 0xdc00 && low < 0xe000) return 0x10000 + (unit - 0xd800) * 0x400 + (low - 0xdc00)
  cursor.at = before
  return unit
}

function readHex(cursor: Cursor, length: number): number {
  const digits = cursor.characters.slice(cursor.at, cursor.at + length).join('')
  cursor.at += length
  return Number.parseInt(digits, 16)
}
