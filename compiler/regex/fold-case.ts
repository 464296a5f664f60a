/**
 * What a set of code points matches when case does not count: simple case folding, as the flags `iu` do it.
 */
import { hasCodePoint, normalize, propertySet, type CodePoints } from './code-points.ts'

/** The set, and all that differs from a member by its case only. */
export function foldCase(set: CodePoints): CodePoints {
  if ((set.at(-1) ?? 0) < 0x80) return foldAscii(set)
  const added: number[] = []
  for (const orbit of orbits()) {
    if (!orbit.some((member) => hasCodePoint(set, member))) continue
    for (const member of orbit) added.push(member, member)
  }
  return added.length === 0 ? set : normalize([...set, ...added])
}

/** Nearly all sets are plain: they need not wait for the table. */
function foldAscii(set: CodePoints): CodePoints {
  const added: number[] = []
  for (let letter = 0x61; letter <= 0x7a; letter++) {
    if (!hasCodePoint(set, letter) && !hasCodePoint(set, letter - 0x20)) continue
    added.push(letter, letter, letter - 0x20, letter - 0x20)
    const sign = FOLDED_TO_ASCII[String.fromCharCode(letter)]
    if (sign !== undefined) added.push(sign, sign)
  }
  return normalize([...set, ...added])
}

/** The Kelvin sign and the long s. */
const FOLDED_TO_ASCII: Record<string, number> = { k: 0x212a, s: 0x17f }

let known: number[][] | undefined

/** Groups of code points that are the same letter. */
function orbits(): number[][] {
  if (known !== undefined) return known
  const byFolded = new Map<string, number[]>()
  const cased = propertySet('\\p{Changes_When_Casemapped}', false)
  for (let i = 0; i < cased.length; i += 2) {
    for (let codePoint = cased[i] ?? 0; codePoint <= (cased[i + 1] ?? 0); codePoint++) {
      const folded = fold(String.fromCodePoint(codePoint))
      const orbit = byFolded.get(folded)
      if (orbit) orbit.push(codePoint)
      else byFolded.set(folded, [codePoint])
    }
  }
  known = [...byFolded.values()].filter(({ length }) => length > 1)
  return known
}

/**
 * Mappings to several characters are no simple folding: they leave the character as it is. But where two characters
 * share one, as the ligatures of st do, they are the same letter.
 */
function fold(character: string): string {
  // Turkish: no other letter, whatever its upper case is.
  if (character === 'ı') return character
  const upper = single(character, character.toUpperCase())
  return single(upper, upper.toLowerCase()).toUpperCase()
}

function single(before: string, after: string): string {
  return Array.from(after).length === 1 ? after : before
}
