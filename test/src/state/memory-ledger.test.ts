import { describe, expect, it } from 'vitest'
import { createMemoryLedger } from '../../../src/state/memory-ledger.ts'
import type { Charge } from '../../../src/table/charges.ts'
import { runLedgerSuite } from './ledger-suite.ts'

runLedgerSuite('memory', { create: () => ({ ledger: createMemoryLedger() }), runs: 1000 })

const MINUTE = { count: 60, windowMs: 60_000 }
const period = { per: 'day', name: '2026-11-21', endsAt: 86_400_000 } as const

function rate(key: string, amount = 1): Charge {
  return { kind: 'rate', key, amount, limit: MINUTE }
}

describe('the memory ledger', () => {
  it('forgets what is whole again', () => {
    const ledger = createMemoryLedger()
    for (let i = 0; i < 20_000; i += 1) {
      const now = i * 10
      const charges: Charge[] = [rate(`address:${i}:requests`), { kind: 'lease', key: `l${i}`, limit: 1 }]
      ledger.reserve({ id: `id-${i}`, now, charges, ttlMs: 1000 })
    }
    // The last sweep saw all but those of the last second, and what came after it.
    expect(ledger.size().keys).toBeLessThan(2 * 4096 + 300)
    expect(ledger.size().open).toBeLessThan(4096 + 200)
  })

  it('forgets keys of which nobody holds a lease any more', () => {
    const ledger = createMemoryLedger()
    for (let i = 0; i < 4096; i += 1) {
      const id = `id-${i}`
      ledger.reserve({ id, now: 0, charges: [{ kind: 'lease', key: `l${i}`, limit: 1 }], ttlMs: 1000 })
      ledger.settle({ id, now: 0, used: {} })
    }
    // The last reservation swept, before it took its own.
    expect(ledger.size().keys).toBe(1)
  })

  it('holds no more rates than it may, and keeps those in use', () => {
    const ledger = createMemoryLedger({ maxKeys: 100 })
    for (let i = 0; i < 1000; i += 1) {
      ledger.reserve({ id: `a-${i}`, now: 0, charges: [rate(`address:${i}:requests`)], ttlMs: 1000 })
      ledger.reserve({
        id: `c-${i}`,
        now: 0,
        charges: [rate('client:busy:requests', i < 60 ? 1 : 0)],
        ttlMs: 1,
      })
    }
    expect(ledger.size().keys).toBeLessThanOrEqual(100)
    expect(ledger.look([rate('client:busy:requests')], 0)).not.toBeNull()
  })

  it('gives no credit for a charge whose bucket it has forgotten', () => {
    const ledger = createMemoryLedger({ maxKeys: 1 })
    ledger.reserve({ id: 'early', now: 0, charges: [rate('a', 60)], ttlMs: 1e6 })
    ledger.reserve({ id: 'other', now: 0, charges: [rate('b', 1)], ttlMs: 1e6 })
    ledger.reserve({ id: 'late', now: 0, charges: [rate('a', 60)], ttlMs: 1e6 })
    ledger.settle({ id: 'early', now: 0, used: { a: 0 } })
    expect(ledger.look([rate('a', 1)], 0)).not.toBeNull()
  })

  it('hands rates and budgets to its successor, which knows better what it has charged itself', () => {
    const first = createMemoryLedger()
    const spend = (amount: number): Charge => ({
      kind: 'budget',
      key: 'client:a:usd:day',
      amount,
      limit: 100,
      period,
    })
    first.reserve({ id: 'a', now: 0, charges: [rate('r', 60), rate('s', 60), spend(70)], ttlMs: 1000 })
    const second = createMemoryLedger()
    second.reserve({ id: 'b', now: 0, charges: [rate('s', 1)], ttlMs: 1000 })
    second.restore(JSON.parse(JSON.stringify(first.save())))
    expect(second.look([rate('r')], 999)).not.toBeNull()
    expect(second.look([rate('r')], 1000)).toBeNull()
    expect(second.look([rate('s', 59)], 0)).toBeNull()
    expect(second.look([spend(31)], 0)).not.toBeNull()
    expect(second.look([spend(30)], 0)).toBeNull()
  })

  it('lets go of a lease that is given back late, once', () => {
    const ledger = createMemoryLedger()
    const charges: Charge[] = [{ kind: 'lease', key: 'l', limit: 1 }]
    ledger.reserve({ id: 'lost', now: 0, charges, ttlMs: 10 })
    expect(ledger.reserve({ id: 'next', now: 10, charges, ttlMs: 10 }).granted).toBe(true)
    ledger.settle({ id: 'lost', now: 11, used: {} })
    expect(ledger.look(charges, 11)).not.toBeNull()
  })

  it('ends each lease that is lost in its time, and gives it back once', () => {
    const ledger = createMemoryLedger()
    const charges: Charge[] = [{ kind: 'lease', key: 'l', limit: 2 }]
    const take = (id: string, now: number, ttlMs: number): boolean =>
      ledger.reserve({ id, now, charges, ttlMs }).granted
    expect([take('short', 0, 10), take('long', 0, 20), take('none', 9, 100)]).toEqual([true, true, false])
    expect([take('third', 10, 100), take('none', 19, 100)]).toEqual([true, false])
    ledger.settle({ id: 'short', now: 19, used: {} })
    expect([take('none', 19, 100), take('fourth', 20, 100), take('none', 21, 100)]).toEqual([
      false,
      true,
      false,
    ])
    ledger.settle({ id: 'third', now: 21, used: {} })
    ledger.settle({ id: 'third', now: 21, used: {} })
    expect([take('fifth', 22, 100), take('none', 22, 100)]).toEqual([true, false])
  })
})
