import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minimalCore } from '../../../compiler/flow/minimal-core.ts'

describe('minimal core', () => {
  it('is enough for a conflict, and nothing of it can be missed', () => {
    const cores = fc.array(fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 1 }), { minLength: 1 })
    fc.assert(
      fc.property(cores, (conflicting) => {
        const conflicts = (chosen: readonly number[]): boolean =>
          conflicting.some((core) => core.every((item) => chosen.includes(item)))
        const found = minimalCore([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], conflicts)
        expect(conflicts(found)).toBe(true)
        for (const item of found) expect(conflicts(found.filter((other) => other !== item))).toBe(false)
        expect(found).toEqual(found.toSorted((a, b) => a - b))
      }),
    )
  })

  it('is empty when the conflict needs nothing', () => {
    expect(minimalCore([1, 2], () => true)).toEqual([])
  })

  it('asks few questions of a long list', () => {
    let asked = 0
    const items = Array.from({ length: 1024 }, (_, i) => i)
    const found = minimalCore(items, (chosen) => {
      asked += 1
      return chosen.includes(300) && chosen.includes(900)
    })
    expect(found).toEqual([300, 900])
    expect(asked).toBeLessThan(50)
  })
})
