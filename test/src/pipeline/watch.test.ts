import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Check, startWatch } from '../../../src/pipeline/watch.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

const NEVER = Number.POSITIVE_INFINITY

/** A check that notes when it looked, and asks for the next of `waits`. */
function noting(times: number[], waits: number[]): Check {
  return (now) => {
    times.push(now)
    return waits.shift() ?? NEVER
  }
}

describe('startWatch', () => {
  it.each([
    { name: 'looks at once', waits: [], times: [0] },
    { name: 'looks again when asked to', waits: [100, 50], times: [0, 100, 150] },
    { name: 'never spins', waits: [0, -5, 0.2], times: [0, 1, 2, 3] },
    { name: 'sleeps long', waits: [1e9], times: [0, 1e9] },
  ])('$name', async ({ waits, times }) => {
    const looked: number[] = []
    startWatch().guard(noting(looked, [...waits]))
    await vi.advanceTimersByTimeAsync(1e9 + 1)
    expect(looked).toEqual(times)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('never holds more than one timer, whatever it guards', async () => {
    const watch = startWatch()
    for (const wait of [500, 100, 300, NEVER, 200]) {
      watch.guard(() => wait)
      expect(vi.getTimerCount()).toBeLessThanOrEqual(1)
    }
    watch.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('brings the next look forward, and forgets what it guarded before', async () => {
    const before: number[] = []
    const after: number[] = []
    const watch = startWatch()
    watch.guard(noting(before, [1000, 1000]))
    await vi.advanceTimersByTimeAsync(100)
    watch.guard(noting(after, [50]))
    await vi.advanceTimersByTimeAsync(5000)
    expect(before).toEqual([0])
    expect(after).toEqual([100, 150])
  })

  it('meets a deadline that is later than that of the phase before', async () => {
    const watch = startWatch()
    watch.guard(noting([], [100]))
    const fired: number[] = []
    watch.guard((now) => {
      if (now < 900) return 900 - now
      fired.push(now)
      return NEVER
    })
    await vi.advanceTimersByTimeAsync(5000)
    expect(fired).toEqual([900])
  })

  it('stops', async () => {
    const times: number[] = []
    const watch = startWatch()
    watch.guard(noting(times, [100, 100, 100]))
    await vi.advanceTimersByTimeAsync(150)
    watch.stop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(times).toEqual([0, 100])
    expect(vi.getTimerCount()).toBe(0)
  })
})
