import { describe, expect, it } from 'vitest'
import {
  type Breaker,
  createBreaker,
  type Outcome,
  type Pass,
} from '../../../../src/pipeline/forward/breaker.ts'
import { BREAKER } from '../../make-snapshot.ts'

interface Rig {
  breaker: Breaker
  /** An attempt that begins and ends at once. */
  attempt: (outcome: Outcome | null) => void
  begin: () => Pass
  end: (pass: Pass, outcome: Outcome | null) => void
  pass: (ms: number) => void
  isHeld: () => boolean
}

function start(policy = BREAKER): Rig {
  let now = 1_000_000
  const breaker = createBreaker()
  const begin = (): Pass => breaker.begin(now)
  const end = (pass: Pass, outcome: Outcome | null): void => breaker.end(pass, outcome, { now, policy })
  return {
    breaker,
    begin,
    end,
    attempt: (outcome) => end(begin(), outcome),
    pass: (ms) => void (now += ms),
    isHeld: () => breaker.isHeld(now),
  }
}

const times = (count: number, outcome: Outcome | null): (Outcome | null)[] =>
  Array.from({ length: count }, () => outcome)

describe('a closed breaker', () => {
  it.each([
    { name: 'stays closed below the minimum', outcomes: times(4, 'failed'), held: false },
    { name: 'opens at the minimum', outcomes: times(5, 'failed'), held: true },
    {
      name: 'opens at the percentage',
      outcomes: [...times(3, 'succeeded'), ...times(3, 'failed')],
      held: true,
    },
    {
      name: 'stays closed below it',
      outcomes: [...times(4, 'succeeded'), ...times(3, 'failed')],
      held: false,
    },
    { name: 'opens when two connections in a row are refused', outcomes: times(2, 'refused'), held: true },
    {
      name: 'takes a failure between them for a connection',
      outcomes: ['refused', 'failed', 'refused'],
      held: false,
    },
    {
      name: 'hears nothing in attempts that say nothing',
      outcomes: ['refused', null, 'refused'],
      held: true,
    },
    {
      name: 'does not count what says nothing',
      outcomes: [...times(4, 'failed'), ...times(9, null)],
      held: false,
    },
  ] satisfies { name: string; outcomes: (Outcome | null)[]; held: boolean }[])(
    '$name',
    ({ outcomes, held }) => {
      const rig = start()
      for (const outcome of outcomes) rig.attempt(outcome)
      expect(rig.isHeld()).toBe(held)
    },
  )

  it('forgets what is older than its window', () => {
    const rig = start()
    for (const outcome of times(4, 'failed')) rig.attempt(outcome)
    rig.pass(30_000)
    rig.attempt('failed')
    expect(rig.isHeld()).toBe(false)
    rig.pass(26_000)
    for (const outcome of times(4, 'failed')) rig.attempt(outcome)
    expect(rig.isHeld()).toBe(true)
  })
})

describe('an open breaker', () => {
  function opened(): Rig {
    const rig = start()
    for (const outcome of times(2, 'refused')) rig.attempt(outcome)
    return rig
  }

  it('lets one attempt go first when its time has come', () => {
    const rig = opened()
    rig.pass(9999)
    expect(rig.isHeld()).toBe(true)
    rig.pass(1)
    expect(rig.isHeld()).toBe(false)
    const first = rig.begin()
    expect(rig.isHeld()).toBe(true)
    rig.end(first, 'succeeded')
    expect([rig.isHeld(), rig.breaker.triesAt()]).toEqual([false, null])
  })

  it('is open for twice as long after each try that fails, up to the longest', () => {
    const rig = opened()
    const lengths = []
    for (let i = 0; i < 6; i += 1) {
      rig.pass(120_000)
      rig.attempt('failed')
      let length = 0
      while (rig.isHeld()) {
        rig.pass(5000)
        length += 5000
      }
      lengths.push(length)
    }
    expect(lengths).toEqual([20_000, 40_000, 80_000, 120_000, 120_000, 120_000])
  })

  it('begins with the short time again once it was closed', () => {
    const rig = opened()
    rig.pass(10_000)
    rig.attempt('failed')
    rig.pass(20_000)
    rig.attempt('succeeded')
    for (const outcome of times(2, 'refused')) rig.attempt(outcome)
    rig.pass(10_000)
    expect(rig.isHeld()).toBe(false)
  })

  it('keeps its deadline, whatever comes meanwhile', () => {
    const rig = opened()
    const until = rig.breaker.triesAt()
    rig.pass(5000)
    for (const outcome of ['refused', 'failed', null] as const) rig.attempt(outcome)
    expect(rig.breaker.triesAt()).toBe(until)
  })

  it('is never open for less long than before, though the policy now says so', () => {
    const rig = opened()
    rig.pass(10_000)
    const first = rig.begin()
    rig.breaker.end(first, 'failed', { now: 1_010_000, policy: { ...BREAKER, openMs: 100, longestMs: 1000 } })
    expect(rig.breaker.triesAt()).toBe(1_020_000)
  })

  it('gives its try to the next one when the first said nothing', () => {
    const rig = opened()
    rig.pass(10_000)
    rig.attempt(null)
    expect(rig.isHeld()).toBe(false)
  })

  it('does not wait for ever for the try', () => {
    const rig = opened()
    rig.pass(10_000)
    rig.begin()
    rig.pass(119_999)
    expect(rig.isHeld()).toBe(true)
    rig.pass(1)
    expect(rig.isHeld()).toBe(false)
  })

  it('closes when an attempt succeeds that had nowhere else to go', () => {
    const rig = opened()
    rig.attempt('succeeded')
    expect(rig.isHeld()).toBe(false)
  })

  it('hears nothing in the end of what began before it opened', () => {
    const rig = start()
    const early = rig.begin()
    for (const outcome of times(2, 'refused')) rig.attempt(outcome)
    rig.end(early, 'succeeded')
    expect(rig.isHeld()).toBe(true)
  })

  it('hears nothing in the failure of what began before it closed', () => {
    const rig = start({ ...BREAKER, minimum: 1 })
    rig.attempt('failed')
    const early = rig.begin()
    rig.attempt('succeeded')
    rig.end(early, 'failed')
    expect(rig.isHeld()).toBe(false)
  })
})
