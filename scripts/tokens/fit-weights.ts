/**
 * Weights of character classes with which texts come out at their numbers of tokens. Least squares of the relative
 * errors, again and again with less regard for what is far off: in the end the median counts, and no single odd text.
 */
import {
  CHARACTER_CLASSES,
  type CharacterClass,
  CLASS_OF,
  goesOn,
} from '../../src/pipeline/classify/token-classes.ts'

export interface CountedText {
  text: string
  tokens: number
  /** How much it counts. */
  weight: number
}

/** There is too little of these to tell a beginning from what follows. */
const TIED: ReadonlySet<CharacterClass> = new Set([
  'greekOrCyrillic',
  'script',
  'han',
  'kana',
  'hangul',
  'other',
  'surrogate',
])

/** What is assumed of a class that no text has. */
const FIRST = 0.8
const FURTHER = 0.2
const TRUST = 0.5

const ROUNDS = 40
const SWEEPS = 500
/** Errors below this are equally good. */
const CLOSE = 0.03

/** @returns class → hundredths of a token where it begins a run, and where it goes on with one */
export function fitWeights(texts: readonly CountedText[]): Map<CharacterClass, [number, number]> {
  // Shares of all tokens: with the right weights they add up to 1.
  const rows = texts.map(({ text, tokens }) => countRuns(text).map((count) => count / tokens))
  const assumed = CHARACTER_CLASSES.flatMap((name) => [FIRST, TIED.has(name) ? 0 : FURTHER])
  let weights = assumed
  let regard = texts.map(({ weight }) => weight)
  for (let round = 0; round < ROUNDS; round += 1) {
    weights = leastSquares(rows, regard, assumed)
    const fitted = weights
    regard = rows.map((row, i) => {
      const error = Math.abs(row.reduce((sum, share, k) => sum + share * (fitted[k] ?? 0), -1))
      return (texts[i]?.weight ?? 0) / Math.max(CLOSE, error)
    })
  }
  const rounded = weights.map((weight) => Math.round(100 * weight))
  return new Map(
    CHARACTER_CLASSES.map((name, id) => {
      const first = rounded[2 * id] ?? 0
      return [name, [first, TIED.has(name) ? first : (rounded[2 * id + 1] ?? 0)]]
    }),
  )
}

/** For each class how often it begins a run, and how often it goes on with one. */
function countRuns(text: string): number[] {
  const counts = Array<number>(2 * CHARACTER_CLASSES.length).fill(0)
  let before: CharacterClass | undefined
  for (let i = 0; i < text.length; i += 1) {
    const id = CLASS_OF[text.charCodeAt(i)] ?? 0
    const own = CHARACTER_CLASSES[id] ?? 'other'
    const column = 2 * id + (goesOn(before, own) && !TIED.has(own) ? 1 : 0)
    counts[column] = (counts[column] ?? 0) + 1
    before = own
  }
  return counts
}

/** None of them negative; by coordinate descent. */
function leastSquares(
  rows: readonly (readonly number[])[],
  regard: readonly number[],
  assumed: readonly number[],
): number[] {
  const matrix: number[][] = assumed.map((_, a) => assumed.map((__, b) => (a === b ? TRUST : 0)))
  const target = assumed.map((value) => TRUST * value)
  for (const [i, row] of rows.entries()) {
    for (const [a, share] of row.entries()) {
      if (share === 0) continue
      const weighted = (regard[i] ?? 0) * share
      target[a] = (target[a] ?? 0) + weighted
      const line = matrix[a] ?? []
      for (const [b, other] of row.entries()) line[b] = (line[b] ?? 0) + weighted * other
    }
  }
  const weights = [...assumed]
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const [a, line] of matrix.entries()) {
      const rest = line.reduce((sum, value, b) => (a === b ? sum : sum + value * (weights[b] ?? 0)), 0)
      weights[a] = Math.max(0, ((target[a] ?? 0) - rest) / (line[a] ?? 1))
    }
  }
  return weights
}
