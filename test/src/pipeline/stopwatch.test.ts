import { expect, it } from 'vitest'
import { startStopwatch } from '../../../src/pipeline/stopwatch.ts'

it('stands still while others are waited for', () => {
  let now = 10
  const watch = startStopwatch(() => now)
  now += 2
  expect(watch.ms()).toBe(2)
  watch.stop()
  now += 100
  watch.stop()
  expect(watch.ms()).toBe(2)
  watch.go()
  watch.go()
  now += 0.5
  expect(watch.ms()).toBe(2.5)
})
