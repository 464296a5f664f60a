import { expect, it } from 'vitest'
import { timeAtWork } from './time-at-work.ts'

it.each([
  { name: 'all of it while answers come', beats: [5, 15, 20, 30, 48, 60], from: 10, to: 50, worked: 40 },
  { name: 'little of a stop', beats: [10, 20, 500, 510], from: 10, to: 510, worked: 40 },
  { name: 'a moment of an end in silence', beats: [10, 20], from: 10, to: 400, worked: 30 },
  { name: 'nothing of no time', beats: [10], from: 10, to: 10, worked: 0 },
])('counts $name', ({ beats, from, to, worked }) => {
  expect(timeAtWork(beats, from, to)).toBe(worked)
})
