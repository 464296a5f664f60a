import { describe, expect, it } from 'vitest'
import { backOff } from '../../../../src/control/shipping/back-off.ts'

describe('backOff', () => {
  it.each([
    [1, null, 0, 500],
    [1, null, 0.5, 750],
    [3, null, 0, 2000],
    [60, null, 0, 15_000],
    [60, null, 1, 30_000],
    [1, 4000, 0, 4000],
    [1, 120_000, 0.5, 120_000],
    [1, 100, 0, 500],
  ])('%i in a row, asked for %s, at %f of chance', (failures, asked, random, ms) => {
    expect(backOff(failures, asked, random)).toBe(ms)
  })
})
