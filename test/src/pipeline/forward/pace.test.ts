import { describe, expect, it } from 'vitest'
import { createBalance } from '../../../../src/pipeline/forward/balance.ts'
import type { AttemptEnd } from '../../../../src/pipeline/forward/health.ts'
import { createPace } from '../../../../src/pipeline/forward/pace.ts'
import { parseJsonObject } from '../../../../src/protocols/json-object.ts'
import { makeTarget } from '../../make-snapshot.ts'

const GPU = makeTarget()

interface Clocked {
  /** One attempt after another: how long it takes, how it ends. */
  attempt: (tookMs: number, end?: AttemptEnd, stream?: boolean) => void
  wait: (ms: number) => void
  estimate: (stream?: boolean) => number | null
}

function clocked(): Clocked {
  let now = 1_000_000
  const pace = createPace(() => now)
  const rounded = (ms: number | null): number | null => ms && Math.round(ms)
  return {
    attempt(tookMs, end = 'answered', stream = true) {
      const done = pace.begin(GPU, stream)
      now += tookMs
      done(end)
    },
    wait: (ms) => void (now += ms),
    estimate: (stream = true) => rounded(pace.estimate(GPU, stream)),
  }
}

describe('the estimate', () => {
  it('is null before the first answer, and then that', () => {
    const pace = clocked()
    expect(pace.estimate()).toBeNull()
    pace.attempt(400)
    expect(pace.estimate()).toBe(400)
  })

  it('jumps up at once, comes down slowly, and fades', () => {
    const pace = clocked()
    pace.attempt(400)
    pace.attempt(4000)
    expect(pace.estimate()).toBe(4000)
    pace.attempt(400)
    expect(pace.estimate()).toBe(3859)
    pace.wait(60_000)
    expect(pace.estimate()).toBe(10)
    pace.attempt(400)
    expect(pace.estimate()).toBe(400)
  })

  it('is another for answers that are not streamed', () => {
    const pace = clocked()
    pace.attempt(9000, 'answered', false)
    expect([pace.estimate(true), pace.estimate(false)]).toEqual([null, 9000])
  })

  it.each([
    { end: 'connect', first: 1000, second: 2000 },
    { end: 'error', first: 1000, second: 2000 },
    { end: 'rate-limit', first: 1000, second: 2000 },
    { end: 'timeout', first: 1000, second: 2000 },
    { end: 'auth', first: 1000, second: 2000 },
    { end: null, first: null, second: null },
    { end: 'request', first: null, second: null },
    { end: 'busy', first: null, second: null },
    { end: 'context', first: null, second: null },
    { end: 'content-filter', first: null, second: null },
  ] as const)('who fails at once by $end is not fast: $first, then $second', ({ end, first, second }) => {
    const pace = clocked()
    pace.attempt(0, end)
    expect(pace.estimate()).toBe(first)
    pace.attempt(0, end)
    expect(pace.estimate()).toBe(second)
  })
})

describe('a pool', () => {
  /** Twenty requests a second for a minute; each host answers after its own time. */
  function shares(hosts: Record<string, (at: number) => number>): Record<string, number> {
    let now = 0
    let seed = 1
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
      return seed / 2 ** 31
    }
    const pace = createPace(() => now)
    const balance = createBalance({ pace, random })
    const pool = Object.keys(hosts).map((backend) => ({ target: makeTarget({ backend }), weight: 1 }))
    const request = { body: parseJsonObject('{}'), stream: true }
    const asked: Record<string, number> = {}
    const ends: { at: number; end: () => void }[] = []
    for (let at = 0; at < 60_000; at += 50) {
      for (const { at: due, end } of ends.splice(0).toSorted((a, b) => a.at - b.at)) {
        now = Math.min(due, at)
        if (due <= at) end()
        else ends.push({ at: due, end })
      }
      now = at
      const [target] = balance.order({ model: 'm', balance: 'peak-ewma', pool }, request)
      if (target === undefined) throw new Error('no target')
      const { backend } = target
      asked[backend] = (asked[backend] ?? 0) + 1
      const lease = balance.lease()
      lease.move(target)
      const done = pace.begin(target, true)
      ends.push({
        at: at + (hosts[backend]?.(at) ?? 0),
        end: () => {
          done('answered')
          lease.release()
        },
      })
    }
    return asked
  }

  it('gives a slow host less, and equals the same', () => {
    const { slow = 0, one = 0, two = 0 } = shares({ slow: () => 2000, one: () => 200, two: () => 200 })
    expect(slow).toBeGreaterThan(0)
    expect(slow).toBeLessThan(120)
    expect(Math.abs(one - two)).toBeLessThan(240)
  })

  it('gives a host that has recovered its share again', () => {
    const flaky = (at: number): number => (at < 10_000 ? 3000 : 200)
    const { healed = 0 } = shares({ healed: flaky, other: () => 200 })
    const { sick = 0 } = shares({ sick: () => 3000, other: () => 200 })
    expect(healed).toBeGreaterThan(3 * sick)
    expect(healed).toBeGreaterThan(300)
  })
})
