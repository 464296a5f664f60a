import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../../src/ports.ts'
import { createMemoryLedger, type MemoryLedger } from '../../../src/state/memory-ledger.ts'
import { createSharedLedger } from '../../../src/state/shared-ledger.ts'
import type { Charge, Settlement, Verdict } from '../../../src/table/charges.ts'
import type { SharedState } from '../../../src/table/shared-state.ts'
import { NOON } from '../make-record.ts'

const RATE: Charge = { kind: 'rate', key: 'r', amount: 1, limit: { count: 10, windowMs: 60_000 } }
const LEASE: Charge = { kind: 'lease', key: 'l', limit: 4 }
const BUDGET: Charge = {
  kind: 'budget',
  key: 'b',
  amount: 10,
  limit: 100,
  period: { per: 'day', name: '2026-11-21', endsAt: NOON + 3_600_000 },
}
const ALL = [RATE, LEASE, BUDGET]

const SHARE: SharedState = {
  url: { env: 'REDIS_URL' },
  prefix: 'aicc',
  nodes: 3,
  onFailure: { limits: 'local-share', budgets: 'local-share', leases: 'local-share' },
}

interface Rig {
  ledger: Ledger
  local: MemoryLedger
  /** Calls of the shared one. */
  asked: string[]
  settled: Settlement[]
  cancelled: string[]
  down: (is: boolean) => void
  reserve: (id: string, charges?: readonly Charge[], at?: number) => Promise<Verdict>
}

function rig(state: SharedState | null = SHARE): Rig {
  const local = createMemoryLedger()
  const there = createMemoryLedger()
  const asked: string[] = []
  const settled: Settlement[] = []
  const cancelled: string[] = []
  let isDown = false
  const ledger = createSharedLedger({
    local,
    remote: {
      reserve: (reservation) => {
        asked.push(reservation.id)
        return isDown ? Promise.reject(new Error('late')) : Promise.resolve(there.reserve(reservation))
      },
      settle: (settlement) => {
        settled.push(settlement)
        there.settle(settlement)
        return isDown ? Promise.reject(new Error('late')) : Promise.resolve()
      },
      cancel: (id) => {
        cancelled.push(id)
        return Promise.reject(new Error('late'))
      },
    },
    state: () => state,
    defer: (work) => void work,
  })
  return {
    ledger,
    local,
    asked,
    settled,
    cancelled,
    down: (is) => {
      isDown = is
    },
    reserve: async (id, charges = ALL, at = 0) =>
      await ledger.reserve({ id, now: NOON + at, charges, ttlMs: 60_000 }),
  }
}

describe('createSharedLedger', () => {
  it('counts in its own memory where nothing is shared', async () => {
    const { reserve, asked, ledger } = rig(null)
    expect((await reserve('a', [LEASE])).granted).toBe(true)
    expect(ledger.look([{ ...LEASE, limit: 1 }], NOON)).not.toBeNull()
    await ledger.settle({ id: 'a', now: NOON, used: {} })
    expect(ledger.look([{ ...LEASE, limit: 1 }], NOON)).toBeNull()
    expect(asked).toEqual([])
  })

  it('asks the shared one, and tells it what was used', async () => {
    const { reserve, asked, settled, ledger, local } = rig()
    expect(await reserve('a')).toMatchObject({ granted: true, standings: [{ remaining: 9 }, {}, {}] })
    await ledger.settle({ id: 'a', now: NOON, used: { r: 0, b: 3 } })
    expect(await reserve('b')).toMatchObject({
      standings: [{ remaining: 9 }, { remaining: 3 }, { remaining: 87 }],
    })
    expect(asked).toEqual(['a', 'b'])
    expect(settled).toEqual([{ id: 'a', now: NOON, used: { r: 0, b: 3 } }])
    expect(local.size()).toEqual({ keys: 0, open: 0 })
  })

  it('never says no by a look: the answer lies elsewhere', async () => {
    const { reserve, ledger } = rig()
    for (let i = 0; i < 10; i += 1) await reserve(`${i}`, [RATE])
    expect((await reserve('late', [RATE])).granted).toBe(false)
    expect(ledger.look([RATE], NOON)).toBeNull()
  })

  const answers: { name: string; onFailure: Partial<SharedState['onFailure']>; granted: boolean[] }[] = [
    // A third of ten, of four, and of a hundred.
    { name: 'counts this node’s share', onFailure: {}, granted: [true, false, false, false] },
    { name: 'lets in what is open', onFailure: { leases: 'open' }, granted: [true, true, true, false] },
    {
      name: 'lets all in when all is open',
      onFailure: { leases: 'open', limits: 'open', budgets: 'open' },
      granted: [true, true, true, true],
    },
    {
      name: 'refuses what is closed',
      onFailure: { leases: 'open', limits: 'open', budgets: 'closed' },
      granted: [false, false, false, false],
    },
  ]
  it.each(answers)('$name while the shared one does not answer', async ({ onFailure, granted }) => {
    const { reserve, down } = rig({ ...SHARE, onFailure: { ...SHARE.onFailure, ...onFailure } })
    down(true)
    const verdicts: Verdict[] = []
    for (let i = 0; i < 4; i += 1) verdicts.push(await reserve(`${i}`))
    expect(verdicts.map((verdict) => verdict.granted)).toEqual(granted)
    for (const { standings } of verdicts) expect(standings.map(({ key }) => key)).toEqual(['r', 'l', 'b'])
  })

  it('names the charge that was refused by its place among all', async () => {
    const { reserve, down } = rig({ ...SHARE, onFailure: { ...SHARE.onFailure, limits: 'open' } })
    down(true)
    await reserve('a')
    expect(await reserve('b')).toMatchObject({ granted: false, refusedBy: 1, retryAfterMs: 1000 })
    const closed = rig({ ...SHARE, onFailure: { limits: 'open', leases: 'open', budgets: 'closed' } })
    closed.down(true)
    expect(await closed.reserve('a')).toMatchObject({ granted: false, refusedBy: 2, retryAfterMs: 1000 })
  })

  it('voids what a late answer may still take there', async () => {
    const { reserve, down, cancelled } = rig()
    await reserve('a')
    down(true)
    await reserve('b')
    expect(cancelled).toEqual(['b'])
  })

  it('settles where it was counted', async () => {
    const { reserve, down, ledger, local } = rig()
    down(true)
    await reserve('a')
    expect(local.size().open).toBe(1)
    await ledger.settle({ id: 'a', now: NOON, used: { b: 1 } })
    expect(local.size().open).toBe(0)
    expect(local.save().budgets['b']?.['2026-11-21']?.used).toBe(1)
  })

  it('takes the silence of many at once for one', async () => {
    const { reserve, down, asked } = rig({
      ...SHARE,
      onFailure: { limits: 'open', leases: 'open', budgets: 'open' },
    })
    down(true)
    await Promise.all(Array.from({ length: 40 }, (_, i) => reserve(`${i}`)))
    expect(asked).toHaveLength(40)
    await reserve('early', ALL, 999)
    await reserve('trial', ALL, 1000)
    expect(asked.slice(40)).toEqual(['trial'])
  })

  it('asks nobody for a while after three silences, then one tries; each that fails doubles the while', async () => {
    const { reserve, down, asked } = rig({
      ...SHARE,
      onFailure: { limits: 'open', leases: 'open', budgets: 'open' },
    })
    down(true)
    const at = async (id: string, ms: number): Promise<boolean> => {
      await reserve(id, ALL, ms)
      return asked.includes(id)
    }
    expect([await at('a', 0), await at('b', 1), await at('c', 2)]).toEqual([true, true, true])
    expect([await at('d', 3), await at('e', 1001), await at('f', 1002)]).toEqual([false, false, true])
    expect([await at('g', 1003), await at('h', 3001), await at('i', 3002)]).toEqual([false, false, true])
    down(false)
    expect([await at('j', 7001), await at('k', 7002), await at('l', 7003)]).toEqual([false, true, true])
  })

  it('asks again when the clock was set back', async () => {
    const { reserve, down, asked } = rig()
    down(true)
    for (const id of ['a', 'b', 'c']) await reserve(id)
    down(false)
    await reserve('d', ALL, -3_600_000)
    expect(asked).toEqual(['a', 'b', 'c', 'd'])
  })
})
