/** Random numbers that a seed repeats, and what is drawn with them. */
export interface Dice {
  /** From 0 to before `count`. */
  below: (count: number) => number
  /** So many characters of an alphabet. */
  letters: (count: number, alphabet: string) => string
  pick: <T>(choices: readonly [T, ...T[]]) => T
}

export const DIGITS = '0123456789'
export const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
export const LOWER = 'abcdefghijklmnopqrstuvwxyz'

export function createDice(seed: number): Dice {
  let state = seed >>> 0
  // Steps of the golden ratio, mixed: neighbouring seeds have nothing in common.
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  const below = (count: number): number => next() % count
  return {
    below,
    letters: (count, alphabet) =>
      Array.from({ length: count }, () => alphabet.charAt(below(alphabet.length))).join(''),
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
  }
}
