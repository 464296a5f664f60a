/**
 * Sets of numbers as sorted half-open intervals: `[start, end, start, end, …]`, none empty, none touching the next.
 * Every dimension of a request is such a set: a range of tokens, or places in a list of clients.
 */
export type IntervalSet = readonly number[]

export const FALSE_ONLY: IntervalSet = [0, 1]
export const TRUE_ONLY: IntervalSet = [1, 2]
export const BOTH: IntervalSet = [0, 2]

/** The set of some whole numbers, in any order. */
export function setOf(values: Iterable<number>): IntervalSet {
  const set: number[] = []
  for (const value of [...new Set(values)].toSorted((a, b) => a - b)) {
    if (set.at(-1) === value) set[set.length - 1] = value + 1
    else set.push(value, value + 1)
  }
  return set
}

/** The union of intervals that may overlap. */
export function unionOf(intervals: readonly { start: number; end: number }[]): IntervalSet {
  const set: number[] = []
  for (const { start, end } of intervals.toSorted((a, b) => a.start - b.start)) {
    const last = set.at(-1)
    if (start >= end) continue
    if (last !== undefined && start <= last) set[set.length - 1] = Math.max(last, end)
    else set.push(start, end)
  }
  return set
}

export function intersect(a: IntervalSet, b: IntervalSet): IntervalSet {
  const set: number[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const endA = a[i + 1] ?? 0
    const endB = b[j + 1] ?? 0
    const start = Math.max(a[i] ?? 0, b[j] ?? 0)
    const end = Math.min(endA, endB)
    if (start < end) set.push(start, end)
    if (endA <= endB) i += 2
    if (endB <= endA) j += 2
  }
  return set
}

/** All numbers that are not in the set. */
export function complement(set: IntervalSet): IntervalSet {
  const inside = set[0] === -Infinity ? set.slice(1) : [-Infinity, ...set]
  return inside.at(-1) === Infinity ? inside.slice(0, -1) : [...inside, Infinity]
}

/** How `a` lies to `b`: within it, apart from it, or partly in it. An empty `a` is within. */
export function relate(a: IntervalSet, b: IntervalSet): 'within' | 'apart' | 'partly' {
  let covered = true
  let met = false
  let j = 0
  for (let i = 0; i < a.length; i += 2) {
    const start = a[i] ?? 0
    const end = a[i + 1] ?? 0
    while (j < b.length && (b[j + 1] ?? 0) <= start) j += 2
    const from = b[j]
    if (from === undefined || from >= end) {
      covered = false
    } else {
      met = true
      // Intervals of `b` never touch, so one of them must hold the whole.
      if (from > start || (b[j + 1] ?? 0) < end) covered = false
    }
    if (met && !covered) return 'partly'
  }
  return covered ? 'within' : 'apart'
}

export function contains(set: IntervalSet, value: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (value < (set[i] ?? 0)) return false
    if (value < (set[i + 1] ?? 0)) return true
  }
  return false
}
