/**
 * Sets of Unicode code points, as patterns speak of them: sorted ranges, both ends included.
 */

/** `[from, to, from, to, …]`, sorted, without overlap. */
export type CodePoints = readonly number[]

const LAST = 0x10ffff

export const DIGITS: CodePoints = [0x30, 0x39]
export const LINE_ENDS: CodePoints = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029]
export const WORD: CodePoints = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]
export const SPACES: CodePoints = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f,
  0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff,
]
export const EVERYTHING: CodePoints = [0, LAST]

/** @param ranges in any order, as in `CodePoints` otherwise */
export function normalize(ranges: readonly number[]): CodePoints {
  const pairs: [number, number][] = []
  for (let i = 0; i + 1 < ranges.length; i += 2) pairs.push([ranges[i] ?? 0, ranges[i + 1] ?? 0])
  pairs.sort((a, b) => a[0] - b[0])
  const result: number[] = []
  for (const [from, to] of pairs) {
    const last = result.at(-1)
    if (last === undefined || from > last + 1) result.push(from, to)
    else if (to > last) result[result.length - 1] = to
  }
  return result
}

export function complement(set: CodePoints): CodePoints {
  const result: number[] = []
  let next = 0
  for (let i = 0; i < set.length; i += 2) {
    const from = set[i] ?? 0
    if (from > next) result.push(next, from - 1)
    next = (set[i + 1] ?? 0) + 1
  }
  if (next <= LAST) result.push(next, LAST)
  return result
}

export function hasCodePoint(set: CodePoints, codePoint: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (codePoint < (set[i] ?? 0)) return false
    if (codePoint <= (set[i + 1] ?? 0)) return true
  }
  return false
}

/** What a property escape such as `\p{L}` matches, by asking the engine itself. */
export function propertySet(escape: string, ignoreCase: boolean): CodePoints {
  const id = `${ignoreCase ? 'i' : ''}${escape}`
  let set = properties.get(id)
  if (set === undefined) {
    set = askEngine(escape, ignoreCase)
    properties.set(id, set)
  }
  return set
}

/** Bounded by the number of properties that Unicode has. */
const properties = new Map<string, CodePoints>()

function askEngine(escape: string, ignoreCase: boolean): CodePoints {
  const ranges: number[] = []
  for (const { index, 0: run } of all().matchAll(new RegExp(`${escape}+`, ignoreCase ? 'giu' : 'gu'))) {
    ranges.push(toCodePoint(index), toCodePoint(index + run.length) - 1)
  }
  if (new RegExp(escape, ignoreCase ? 'iu' : 'u').test('\ud800')) ranges.push(0xd800, 0xdfff)
  return normalize(ranges)
}

let everyCodePoint: string | undefined

/** All code points in order, but for the surrogates: next to each other they would be taken for pairs. */
function all(): string {
  if (everyCodePoint !== undefined) return everyCodePoint
  const pieces: string[] = []
  for (let from = 0; from <= LAST; from += 0x800) {
    if (from !== 0xd800)
      pieces.push(String.fromCodePoint(...Array.from({ length: 0x800 }, (_, i) => from + i)))
  }
  everyCodePoint = pieces.join('')
  return everyCodePoint
}

/** From an index into `all()`, or its end. */
function toCodePoint(index: number): number {
  if (index < 0xd800) return index
  return index < 0xf800 ? index + 0x800 : 0x10000 + (index - 0xf800) / 2
}
