import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEdgeWatchdog, HUNG_AFTER_MS, keepAsking } from '../../../src/control/edge-watchdog.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('createEdgeWatchdog', () => {
  /** What it makes of calls: when each was asked, and when it was answered or lost, in seconds. */
  async function judge(
    calls: { asked: number; answered?: number; lost?: number }[],
    progress: () => string | null = () => null,
  ): Promise<boolean> {
    const watchdog = createEdgeWatchdog(HUNG_AFTER_MS, progress)
    let hung = false
    void watchdog.hung.then(() => (hung = true))
    const start = performance.now()
    for (const { asked, answered, lost } of calls) {
      vi.advanceTimersByTime(start + (answered ?? lost ?? 0) * 1000 - performance.now())
      if (answered !== undefined) watchdog.answered()
      else watchdog.missed(start + asked * 1000)
    }
    await Promise.resolve()
    return hung
  }

  it.each([
    {
      name: 'two calls lost over 10 s',
      calls: [
        { asked: 0, lost: 5 },
        { asked: 5, lost: 10 },
      ],
      hung: true,
    },
    {
      name: 'a control socket that is gone',
      calls: [1, 4, 7, 10].map((at) => ({ asked: at, lost: at })),
      hung: true,
    },
    {
      name: 'a busy edge: one call lost, the next answered',
      calls: [
        { asked: 0, lost: 5 },
        { asked: 5, answered: 9 },
        { asked: 9, lost: 14 },
      ],
      hung: false,
    },
    {
      name: 'many calls lost in a short time',
      calls: [1, 2, 3, 4].map((at) => ({ asked: at, lost: at })),
      hung: false,
    },
    {
      name: 'one call, lost while this process slept for long',
      calls: [{ asked: 0, lost: 60 }],
      hung: false,
    },
    {
      name: 'several calls, lost in one such sleep',
      calls: [
        { asked: 0, lost: 60 },
        { asked: 0, lost: 60 },
      ],
      hung: false,
    },
    {
      name: 'two calls lost, the second only 9 s after an answer',
      calls: [
        { asked: 0, answered: 1 },
        { asked: 1, lost: 5 },
        { asked: 5, lost: 10 },
      ],
      hung: false,
    },
  ])('$name', async ({ calls, hung }) => {
    expect(await judge(calls)).toBe(hung)
  })

  it.each([
    { name: 'reads and writes on: it is busy', io: ['1', '2', '3', '4'], hung: false },
    { name: 'did so until the second call: it hung then', io: ['1', '2', '2', '2'], hung: true },
    { name: 'does nothing', io: ['1', '1', '1', '1'], hung: true },
  ])('an edge that answers nothing and $name', async ({ io, hung }) => {
    const calls = [0, 5, 10, 15].map((asked) => ({ asked, lost: asked + 5 }))
    expect(await judge(calls, () => io.shift() ?? null)).toBe(hung)
  })
})

describe('keepAsking', () => {
  it('asks anew after an answer and after a miss, and ends when told to', async () => {
    vi.useRealTimers()
    const end = new AbortController()
    let asked = 0
    await keepAsking(async () => {
      asked += 1
      if (asked === 1) throw new Error('no answer')
      end.abort()
    }, end.signal)
    expect(asked).toBe(2)
  })
})
