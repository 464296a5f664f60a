/**
 * Cuts the code points into classes that no set of a pattern tells apart, with one character to show for each.
 */
import { LINE_ENDS, type CodePoints } from './code-points.ts'

export interface CharacterClass {
  /** A member; a printable ASCII character where there is one. */
  example: string
  isWord: boolean
  isLineEnd: boolean
  /** For each of the pattern's sets, whether it holds this class. */
  inSet: readonly boolean[]
}

export function cutAlphabet(sets: readonly CodePoints[], word: CodePoints): CharacterClass[] {
  const all = [...sets, word, LINE_ENDS]
  const starts = new Set([0])
  for (const set of all) {
    for (let i = 0; i < set.length; i += 2) {
      starts.add(set[i] ?? 0)
      starts.add((set[i + 1] ?? 0) + 1)
    }
  }
  const sorted = [...starts].filter((start) => start <= 0x10ffff).toSorted((a, b) => a - b)
  const cursors = all.map(() => 0)
  const classes = new Map<string, CharacterClass>()
  for (const [i, start] of sorted.entries()) {
    const members = all.map((set, s) => {
      while ((set[(cursors[s] ?? 0) + 1] ?? Number.POSITIVE_INFINITY) < start)
        cursors[s] = (cursors[s] ?? 0) + 2
      return (set[cursors[s] ?? 0] ?? Number.POSITIVE_INFINITY) <= start
    })
    const id = members.map(Number).join('')
    const example = showable(start, (sorted[i + 1] ?? 0x110000) - 1)
    const known = classes.get(id)
    if (known === undefined) {
      const [isLineEnd = false, isWord = false] = members.slice(-2).toReversed()
      classes.set(id, { example, isWord, isLineEnd, inSet: members.slice(0, -2) })
    } else if (rank(example) < rank(known.example)) known.example = example
  }
  return [...classes.values()]
}

/** A member of a range, the most readable one. */
function showable(from: number, to: number): string {
  for (const [low, high] of READABLE)
    if (from <= high && to >= low) return String.fromCodePoint(Math.max(from, low))
  return String.fromCodePoint(from)
}

/** Letters, digits, then whatever is printed. */
const READABLE = [
  [0x61, 0x7a],
  [0x41, 0x5a],
  [0x30, 0x39],
  [0x21, 0x7e],
  [0x20, 0x20],
  [0xa1, 0x2ff],
] as const

function rank(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0
  const index = READABLE.findIndex(([low, high]) => codePoint >= low && codePoint <= high)
  return index === -1 ? READABLE.length : index
}
