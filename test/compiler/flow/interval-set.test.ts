import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  complement,
  contains,
  intersect,
  relate,
  setOf,
  unionOf,
  type IntervalSet,
} from '../../../compiler/flow/interval-set.ts'

const TOP = 12
const all = Array.from({ length: TOP }, (_, i) => i)
const numbers = fc.subarray(all)
const membersOf = (set: IntervalSet): number[] => all.filter((value) => contains(set, value))

/** Sorted, no empty interval, none that touches the next. */
function isCanonical(set: IntervalSet): boolean {
  return set.length % 2 === 0 && set.every((value, i) => i === 0 || value > (set[i - 1] ?? 0))
}

describe('interval sets', () => {
  it('hold what they were made of', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        expect(isCanonical(setOf(values))).toBe(true)
        expect(membersOf(setOf(values.toReversed()))).toEqual(values)
      }),
    )
  })

  it('agree with sets of numbers', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const both = intersect(setOf(a), setOf(b))
        expect(isCanonical(both)).toBe(true)
        expect(membersOf(both)).toEqual(a.filter((value) => b.includes(value)))
        const outside = complement(setOf(a))
        expect(isCanonical(outside)).toBe(true)
        expect(membersOf(outside)).toEqual(all.filter((value) => !a.includes(value)))
        const shared = a.filter((value) => b.includes(value))
        const expected = shared.length === a.length ? 'within' : shared.length === 0 ? 'apart' : 'partly'
        expect(relate(setOf(a), setOf(b))).toBe(expected)
      }),
    )
  })

  it('take intervals that overlap, touch or are empty', () => {
    const interval = fc.record({ start: fc.nat(TOP), end: fc.nat(TOP) })
    fc.assert(
      fc.property(fc.array(interval), (intervals) => {
        const union = unionOf(intervals)
        expect(isCanonical(union)).toBe(true)
        const inside = (value: number): boolean =>
          intervals.some(({ start, end }) => value >= start && value < end)
        expect(membersOf(union)).toEqual(all.filter(inside))
      }),
    )
  })

  it('have no end where none is set', () => {
    expect(complement([0, 10])).toEqual([-Infinity, 0, 10, Infinity])
    expect(complement([-Infinity, 0, 10, Infinity])).toEqual([0, 10])
    expect(complement([])).toEqual([-Infinity, Infinity])
    expect(contains([5, Infinity], 1e12)).toBe(true)
  })
})
