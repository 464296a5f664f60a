import { expect, it } from 'vitest'
import { runsOf } from '../../../src/state/runs-of.ts'

it.each<[number[], [number, number][]]>([
  [[], []],
  [[7], [[7, 7]]],
  [[1, 2, 3], [[1, 3]]],
  [
    [1, 2, 4, 5, 9],
    [
      [1, 2],
      [4, 5],
      [9, 9],
    ],
  ],
  // What is out of order, or stands there twice, is in some run all the same.
  [
    [3, 2, 2, 3],
    [
      [3, 3],
      [2, 2],
      [2, 3],
    ],
  ],
])('%j', (numbers, runs) => {
  expect(runsOf(numbers)).toEqual(runs.map(([first, last]) => ({ first, last })))
})
