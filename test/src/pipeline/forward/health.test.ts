import { describe, expect, it } from 'vitest'
import { type AttemptEnd, createHealth, type Health } from '../../../../src/pipeline/forward/health.ts'
import type { Target } from '../../../../src/table/route-table.ts'
import { BREAKER, makeBackend, makeTable, makeTarget } from '../../make-snapshot.ts'

const table = makeTable()
const ORIGIN = table.backends['gpu']?.origin ?? ''
const GPU = makeTarget()
const OTHER = makeTarget({ model: 'other' })
const SPARE = makeTarget({ backend: 'spare', model: 'small' })

interface Rig {
  health: Health
  pass: (ms: number) => void
  /** An attempt that takes so long. */
  attempt: (end: AttemptEnd, target?: Target, tookMs?: number) => void
  unhealthy: () => readonly string[]
}

/** A clock that the test moves. */
function start(ofTable = table): Rig {
  let now = 1_000_000
  const health = createHealth(() => now)
  const pass = (ms: number): void => void (now += ms)
  return {
    health,
    pass,
    attempt(end, target = GPU, tookMs = 0) {
      const ended = health.begin(ofTable, target)
      pass(tookMs)
      ended(end)
    },
    unhealthy: () => health.unhealthy(ofTable),
  }
}

function repeat(count: number, act: () => void): void {
  for (let i = 0; i < count; i += 1) act()
}

describe('what attempts say', () => {
  it.each([
    { end: 'error', times: 5, down: ['gpu/coder', 'gpu'] },
    { end: 'error', times: 4, down: [] },
    { end: 'connect', times: 2, down: ['gpu/coder', 'gpu'] },
    { end: 'connect', times: 1, down: [] },
    { end: 'rate-limit', times: 9, down: [] },
    { end: 'context', times: 9, down: [] },
    { end: 'content-filter', times: 9, down: [] },
    { end: 'auth', times: 9, down: [] },
    { end: 'busy', times: 9, down: [] },
    { end: 'request', times: 9, down: [] },
    { end: null, times: 9, down: [] },
    { end: 'answered', times: 9, down: [] },
  ] satisfies { end: AttemptEnd; times: number; down: string[] }[])(
    '$times × $end: down are $down',
    ({ end, times, down }) => {
      const rig = start()
      repeat(times, () => rig.attempt(end))
      expect(rig.unhealthy()).toEqual(down)
    },
  )

  it('keeps one model of a backend apart from another that works', () => {
    const rig = start()
    rig.attempt('answered', OTHER)
    repeat(5, () => rig.attempt('error'))
    expect(rig.unhealthy()).toEqual(['gpu/coder'])
    expect([GPU, OTHER, SPARE].map((target) => rig.health.isHeld(table, target))).toEqual([
      true,
      false,
      false,
    ])
  })

  it('takes a host without connections for down, whichever model was asked', () => {
    const rig = start()
    rig.attempt('answered', OTHER)
    rig.attempt('connect')
    rig.attempt('connect', OTHER)
    expect(rig.unhealthy()).toEqual(['gpu'])
    expect(rig.health.isHeld(table, OTHER)).toBe(true)
  })

  it('names those first that are tried again first', () => {
    const rig = start()
    repeat(5, () => rig.attempt('error', SPARE))
    rig.pass(1000)
    repeat(5, () => rig.attempt('error'))
    expect(rig.unhealthy()).toEqual(['spare/small', 'spare', 'gpu/coder', 'gpu'])
  })

  it('lets one attempt try a host that was off, and uses it again when that succeeds', () => {
    const rig = start()
    repeat(2, () => rig.attempt('connect'))
    rig.pass(10_000)
    expect(rig.unhealthy()).toEqual([])
    const ended = rig.health.begin(table, GPU)
    expect(rig.unhealthy()).toEqual(['gpu/coder', 'gpu'])
    ended('answered')
    expect(rig.unhealthy()).toEqual([])
  })

  it('counts an answer that breaks off as a failure, besides the success that it was', () => {
    const rig = start()
    repeat(2, () => {
      rig.attempt('answered')
      rig.health.broke(table, GPU)
    })
    expect(rig.unhealthy()).toEqual([])
    rig.health.broke(table, GPU)
    expect([rig.unhealthy(), rig.health.attempts()]).toEqual([['gpu/coder', 'gpu'], 2])
  })

  it('counts attempts from their beginning', () => {
    const rig = start()
    rig.attempt('error')
    rig.health.begin(table, SPARE)
    expect(rig.health.attempts()).toBe(2)
  })

  it('knows which models have to be loaded first, where that is told', () => {
    const { health } = start()
    const tell = (more: object): void =>
      health.learn({ gpu: { up: true, origin: ORIGIN, askedAgoMs: 0, ...more } })
    const cold = (): boolean[] => ['llama3', 'llama3:8b', 'qwen3'].map((id) => health.isCold({ ...GPU, id }))
    expect(cold()).toEqual([false, false, false])
    tell({ loaded: ['llama3:latest'] })
    expect(cold()).toEqual([false, true, true])
    tell({ loaded: [] })
    expect(cold()).toEqual([true, true, true])
    tell({})
    expect(cold()).toEqual([false, false, false])
  })

  it('judges by probes alone where breakers are off', () => {
    const off = makeTable({ breaker: null })
    const rig = start(off)
    repeat(9, () => rig.attempt('connect'))
    expect(rig.unhealthy()).toEqual([])
    rig.health.learn({ gpu: { up: false, origin: ORIGIN, askedAgoMs: 0 } })
    expect(rig.unhealthy()).toEqual(['gpu'])
  })

  it('holds nothing any more once a reload has switched breakers off', () => {
    const rig = start()
    repeat(2, () => rig.attempt('connect'))
    const off = makeTable({ breaker: null })
    expect([rig.health.unhealthy(off), rig.health.isHeld(off, GPU)]).toEqual([[], false])
  })

  it('outlives a reload, but not a change of address', () => {
    const rig = start()
    repeat(2, () => rig.attempt('connect'))
    expect(rig.health.unhealthy(makeTable({ digest: 'd2'.repeat(32) }))).toEqual(['gpu/coder', 'gpu'])
    const moved = makeTable({ backends: { gpu: makeBackend({ origin: 'http://other.test:8000' }) } })
    expect(rig.health.unhealthy(moved)).toEqual([])
    expect(rig.health.isHeld(moved, GPU)).toBe(false)
  })
})

describe('waits that run out', () => {
  const wait = (rig: Rig): void => rig.attempt('timeout', GPU, 20_000)
  const policy = makeTable({ breaker: { ...BREAKER, minimum: 1 } })

  it('are no failures of a model that has to be loaded first', () => {
    const rig = start(policy)
    const waiting = [1, 2, 3, 4, 5].map(() => rig.health.begin(policy, GPU))
    rig.pass(60_000)
    for (const end of waiting) end('timeout')
    expect(rig.unhealthy()).toEqual([])
  })

  it('are failures of one that answered just before', () => {
    const rig = start(policy)
    rig.attempt('answered')
    wait(rig)
    expect(rig.unhealthy()).toEqual(['gpu/coder', 'gpu'])
  })

  it('are failures of one on which somebody waited in vain before', () => {
    const rig = start(policy)
    wait(rig)
    expect(rig.unhealthy()).toEqual([])
    wait(rig)
    expect(rig.unhealthy()).toEqual(['gpu/coder', 'gpu'])
  })

  it('are forgiven again once it has answered and then was left alone', () => {
    const rig = start(policy)
    wait(rig)
    rig.attempt('answered')
    rig.pass(30_001)
    wait(rig)
    expect(rig.unhealthy()).toEqual([])
  })
})

describe('what probes say', () => {
  const say = (rig: Rig, up: boolean, origin = ORIGIN): void =>
    rig.health.learn({ gpu: { up, origin, askedAgoMs: 3000 } })

  it('takes a backend out, and back in', () => {
    const rig = start()
    say(rig, false)
    expect([rig.unhealthy(), rig.health.isHeld(table, OTHER)]).toEqual([['gpu'], true])
    say(rig, true)
    expect(rig.unhealthy()).toEqual([])
  })

  it('is overruled by a request that succeeds after it, not by one that began before', () => {
    const rig = start()
    const early = rig.health.begin(table, GPU)
    rig.pass(1)
    say(rig, false)
    early('answered')
    expect(rig.unhealthy()).toEqual(['gpu'])
    rig.attempt('answered')
    expect(rig.unhealthy()).toEqual([])
  })

  it('is no news when a request has succeeded since the question was put', () => {
    const rig = start()
    rig.attempt('answered')
    rig.pass(2999)
    say(rig, false)
    expect(rig.unhealthy()).toEqual([])
    rig.pass(1)
    say(rig, false)
    expect(rig.unhealthy()).toEqual(['gpu'])
  })

  it('closes no breaker', () => {
    const rig = start()
    repeat(5, () => rig.attempt('error'))
    say(rig, true)
    expect(rig.unhealthy()).toEqual(['gpu/coder', 'gpu'])
  })

  it('is forgotten when nobody says it any more', () => {
    const rig = start()
    say(rig, false)
    rig.pass(149_999)
    expect(rig.unhealthy()).toEqual(['gpu'])
    rig.pass(1)
    expect(rig.unhealthy()).toEqual([])
  })

  it('counts for the address that was asked', () => {
    const rig = start()
    say(rig, false, 'http://elsewhere.test:8000')
    expect(rig.unhealthy()).toEqual([])
  })
})
