import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRest } from '../../../src/control/rest.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Ms after which each of two pauses of a minute was over. */
async function ends(
  disturb: (rest: ReturnType<typeof createRest>, stop: AbortController) => void,
): Promise<number[]> {
  const stop = new AbortController()
  const rest = createRest(stop.signal)
  const start = Date.now()
  const over: number[] = []
  const run = async (): Promise<void> => {
    for (let i = 0; i < 2; i += 1) {
      await rest.pause(60_000)
      over.push(Date.now() - start)
    }
  }
  const running = run()
  setTimeout(() => disturb(rest, stop), 5000)
  await vi.advanceTimersByTimeAsync(300_000)
  await running
  expect(vi.getTimerCount()).toBe(0)
  return over
}

it.each([
  ['lasts as long as it is to', () => {}, [60_000, 120_000]],
  ['ends when it is woken, and the next one is as long as ever', (rest) => rest.wake(), [5000, 65_000]],
  ['ends for good at the stop', (_, stop) => stop.abort(), [5000, 5000]],
] satisfies [string, Parameters<typeof ends>[0], number[]][])('a pause %s', async (_, disturb, expected) => {
  expect(await ends(disturb)).toEqual(expected)
})
