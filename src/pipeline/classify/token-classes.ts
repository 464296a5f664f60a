/** Classes of characters by how many tokens they make, as far as one can tell without a tokenizer. */

export type CharacterClass =
  | 'lower'
  | 'rare'
  | 'upper'
  | 'latin'
  | 'digit'
  | 'space'
  | 'line'
  | 'punctuation'
  | 'greekOrCyrillic'
  | 'script'
  | 'han'
  | 'kana'
  | 'hangul'
  | 'other'
  | 'surrogate'

/**
 * Hundredths of a token: what a character of a class adds where it begins a run of its class, and where it goes on with
 * one. `node scripts/fit-token-weights.ts` fits them to OpenAI's o200k, and prints them.
 */
export const TOKEN_WEIGHTS: Readonly<Record<CharacterClass, readonly [first: number, further: number]>> = {
  lower: [68, 1],
  /** Letters that stand in words which are several tokens. */
  rare: [76, 13],
  upper: [106, 10],
  latin: [140, 55],
  digit: [165, 27],
  space: [22, 1],
  line: [99, 0],
  punctuation: [73, 3],
  greekOrCyrillic: [28, 28],
  /** From Armenian to Georgian, Hebrew, Arabic and Hindi among them. */
  script: [47, 47],
  han: [76, 76],
  kana: [74, 74],
  hangul: [74, 74],
  other: [68, 68],
  /** For each half of a pair. */
  surrogate: [74, 74],
}

/** In the order of their numbers. */
export const CHARACTER_CLASSES: readonly CharacterClass[] = Object.keys(TOKEN_WEIGHTS) as CharacterClass[]

/** A capital begins a word, small letters go on with it. */
const LETTERS: ReadonlySet<CharacterClass | undefined> = new Set(['lower', 'rare', 'upper', 'latin'])

/** Whether a character goes on with a run; before the first one there is none. */
export function goesOn(before: CharacterClass | undefined, own: CharacterClass): boolean {
  return before === own || (own !== 'upper' && LETTERS.has(own) && LETTERS.has(before))
}

/** Where each block begins; it ends where the next one begins. */
const BLOCKS: readonly (readonly [from: number, CharacterClass])[] = [
  [0, 'other'],
  [0x20, 'punctuation'],
  [0x7f, 'other'],
  [0xa0, 'latin'],
  [0x250, 'other'],
  [0x370, 'greekOrCyrillic'],
  [0x530, 'script'],
  [0x1100, 'other'],
  [0x1e00, 'latin'],
  [0x1f00, 'other'],
  [0x3040, 'kana'],
  [0x3100, 'other'],
  [0x3400, 'han'],
  [0xa000, 'other'],
  [0xac00, 'hangul'],
  [0xd7b0, 'other'],
  [0xd800, 'surrogate'],
  [0xe000, 'other'],
]

const ASCII: Partial<Record<CharacterClass, string>> = {
  lower: 'acdehilmnorstu',
  rare: 'bfgjkpqvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  digit: '0123456789',
  space: ' \t',
  line: '\n\r',
}

/** Code unit → number of its class. */
export const CLASS_OF: Uint8Array = toClasses()

function toClasses(): Uint8Array {
  const classes = new Uint8Array(0x10000)
  for (const [from, name] of BLOCKS) classes.fill(CHARACTER_CLASSES.indexOf(name), from)
  for (const [id, name] of CHARACTER_CLASSES.entries()) {
    for (const character of ASCII[name] ?? '') classes[character.charCodeAt(0)] = id
  }
  return classes
}
