/** What a stretch of characters is made of: sorts, runs, chance. */
import { CAPITAL, MARK, NUMERAL, SMALL, SORTS } from '../character-sorts.ts'

/** A stretch of a text as `codesOf` gives it. */
export interface Stretch {
  codes: Uint16Array
  start: number
  end: number
}

const SORTED = SMALL | CAPITAL | NUMERAL | MARK

/** The sorts that its characters are of, as bits: `SMALL`, `CAPITAL`, `NUMERAL`, `MARK`. */
export function sortsIn({ codes, start, end }: Stretch): number {
  let sorts = 0
  for (let i = start; i < end; i += 1) sorts |= SORTS[codes[i] ?? 0] ?? 0
  return sorts & SORTED
}

/** How many there are of `SMALL`, `CAPITAL`, `NUMERAL` and `MARK`. */
export function countSorts(sorts: number): number {
  return (sorts & 1) + ((sorts >> 1) & 1) + ((sorts >> 2) & 1) + ((sorts >> 3) & 1)
}

/**
 * Mean length of the runs of one sort of character: words and numbers make longer ones than chance. One capital letter
 * belongs to the small ones behind it.
 */
export function meanRunIn({ codes, start, end }: Stretch): number {
  let runs = 0
  let previous = 0
  let length = 0
  for (let i = start; i < end; i += 1) {
    const sort = (SORTS[codes[i] ?? 0] ?? 0) & (SMALL | CAPITAL | NUMERAL)
    if (sort === previous) length += 1
    else {
      const isCapitalized = sort === SMALL && previous === CAPITAL && length === 1
      if (sort !== 0 && !isCapitalized) runs += 1
      length = 1
    }
    previous = sort
  }
  return runs === 0 ? end - start : (end - start) / runs
}

/** How often each character occurs; empty between calls. Characters beyond ASCII share places, which tells less of them. */
const counts = new Uint16Array(128)

/** By count; most words are shorter. */
const LOGARITHMS: Float64Array = Float64Array.from({ length: 513 }, (_, count) => Math.log2(count))

/** Shannon entropy in bits per character, of at most 65,535. */
export function entropyIn({ codes, start, end }: Stretch): number {
  const length = end - start
  for (let i = start; i < end; i += 1) {
    const place = (codes[i] ?? 0) & 127
    counts[place] = (counts[place] ?? 0) + 1
  }
  const whole = logarithmOf(length)
  let bits = 0
  for (let i = start; i < end; i += 1) {
    const place = (codes[i] ?? 0) & 127
    const count = counts[place] ?? 0
    if (count > 0) bits += (count / length) * (whole - logarithmOf(count))
    counts[place] = 0
  }
  return bits
}

function logarithmOf(count: number): number {
  return count < LOGARITHMS.length ? (LOGARITHMS[count] ?? 0) : Math.log2(count)
}

/** Grows with the longest value. */
let scratch = new Uint16Array(256)

/** Of a value by itself. It holds until the next call. */
export function stretchOf(value: string): Stretch {
  const { length } = value
  if (scratch.length < length) scratch = new Uint16Array(2 * length)
  for (let i = 0; i < length; i += 1) scratch[i] = value.charCodeAt(i)
  return { codes: scratch, start: 0, end: length }
}
