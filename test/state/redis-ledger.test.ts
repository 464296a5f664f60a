import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRedisLedger, type RedisLedger } from '../../src/adapters/redis/redis-ledger.ts'
import type { SharedLedger } from '../../src/ports.ts'
import type { Charge } from '../../src/table/charges.ts'
import { runLedgerSuite } from '../src/state/ledger-suite.ts'
import { missingRedis, startRedis, type RedisServer } from './harness/redis-server.ts'

const missing = await missingRedis()
if (missing !== null) console.log(`the ledger in Redis is skipped: ${missing}`)

describe.skipIf(missing !== null)('with a real Redis', () => {
  let server: RedisServer
  let redis: Redis
  let ledgers = 0

  beforeAll(async () => {
    server = await startRedis()
    redis = new Redis({ port: server.port })
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })
  const create = (clock: 'server' | 'caller' = 'caller'): RedisLedger => {
    ledgers += 1
    return createRedisLedger({ redis, prefix: `{aicc-${ledgers}}:`, clock })
  }

  runLedgerSuite('Redis', {
    // What a shared ledger knows at once is nothing: it looks by asking.
    create: () => ({ ledger: { ...create(), look: () => null } }),
    runs: 100,
  })

  const rate: Charge = { kind: 'rate', key: 'r', amount: 10, limit: { count: 100, windowMs: 60_000 } }
  const lease: Charge = { kind: 'lease', key: 'l', limit: 2 }
  const budget: Charge = {
    kind: 'budget',
    key: 'b',
    amount: 40,
    limit: 1_000_000_000_000_000,
    period: { per: 'day', name: '2026-11-21', endsAt: Date.now() + 3_600_000 },
  }
  const charges = [rate, lease, budget]
  const left = async (ledger: SharedLedger): Promise<(number | undefined)[]> => {
    const probe = charges.map((charge) => (charge.kind === 'lease' ? charge : { ...charge, amount: 0 }))
    const { standings } = await ledger.reserve({
      id: 'probe',
      now: Date.now(),
      charges: probe,
      ttlMs: 60_000,
    })
    await ledger.settle({ id: 'probe', now: Date.now(), used: {} })
    return standings.map(({ remaining }) => remaining)
  }

  describe('finish', () => {
    it('settles what was reserved, once, and does nothing to what the edge has settled', async () => {
      const ledger = create('caller')
      const now = Date.now()
      const done = (
        id: string,
        used: number,
      ): { id: string; charges: { charge: Charge; used: number }[] } => ({
        id,
        charges: charges.map((charge) => ({ charge, used })),
      })
      await ledger.reserve({ id: 'a', now, charges, ttlMs: 60_000 })
      await ledger.reserve({ id: 'b', now, charges, ttlMs: 60_000 })
      await ledger.settle({ id: 'b', now, used: { r: 5, b: 5 } })
      for (let i = 0; i < 2; i += 1) await ledger.finish([done('a', 5), done('b', 9), done('c', 7)])
      // 5 each of `a` and `b`, and 7 of `c`, which was let in while nobody could be asked.
      const standings = await left(ledger)
      expect(standings.slice(1)).toEqual([1, 1_000_000_000_000_000 - 17])
      expect(standings[0]).toBeGreaterThanOrEqual(100 - 17)
    })

    it('takes as many as come', async () => {
      const ledger = create('server')
      const many = Array.from({ length: 300 }, (_, i) => ({
        id: `x${i}`,
        charges: [{ charge: budget, used: 2 }],
      }))
      await ledger.finish(many)
      expect((await left(ledger))[2]).toBe(1_000_000_000_000_000 - 600)
    })
  })

  it('cancels what was taken, and what comes later', async () => {
    const ledger = create('caller')
    const reservation = { now: Date.now(), charges, ttlMs: 60_000 }
    await ledger.reserve({ id: 'a', ...reservation })
    await ledger.cancel('a')
    await ledger.cancel('b')
    expect((await ledger.reserve({ id: 'b', ...reservation })).granted).toBe(false)
    expect(await left(ledger)).toEqual([100, 1, 1_000_000_000_000_000])
    // It was let in elsewhere, and its record tells what it used.
    await ledger.finish([{ id: 'b', charges: [{ charge: budget, used: 6 }] }])
    expect((await left(ledger))[2]).toBe(1_000_000_000_000_000 - 6)
  })

  it('refuses a reservation that comes after its record', async () => {
    const ledger = create('caller')
    await ledger.finish([{ id: 'a', charges: [{ charge: budget, used: 6 }] }])
    expect((await ledger.reserve({ id: 'a', now: Date.now(), charges, ttlMs: 1000 })).granted).toBe(false)
  })

  it('raises budgets to what a node has booked, and takes nothing from what is counted there', async () => {
    const ledger = create()
    const { endsAt } = budget.kind === 'budget' ? budget.period : { endsAt: 0 }
    const booked = (used: number) => ({ b: { '2026-11-21': { used, endsAt } } })
    await ledger.raise(booked(7))
    expect((await left(ledger))[2]).toBe(1_000_000_000_000_000 - 7)
    await ledger.finish([{ id: 'other', charges: [{ charge: budget, used: 6 }] }])
    await ledger.raise(booked(9))
    expect((await left(ledger))[2]).toBe(1_000_000_000_000_000 - 13)
    for (const key of await redis.keys(`{aicc-${ledgers}}:*`))
      expect(await redis.pttl(key)).toBeGreaterThan(0)
  })

  it('keeps money exact to the last nano', async () => {
    const ledger = create()
    const large = 999_999_999_999_997
    const reservation = {
      id: 'a',
      now: Date.now(),
      charges: [{ ...budget, amount: large } as Charge],
      ttlMs: 60_000,
    }
    expect(await ledger.reserve(reservation)).toMatchObject({ granted: true, standings: [{ remaining: 3 }] })
    await ledger.settle({ id: 'a', now: Date.now(), used: { b: large - 1 } })
    expect((await left(ledger))[2]).toBe(4)
  })

  it('goes by the clock of Redis, whatever the nodes take the time to be', async () => {
    const ledger = create('server')
    const once: Charge = { kind: 'rate', key: 'one', amount: 1, limit: { count: 1, windowMs: 3_600_000 } }
    const at = (id: string, now: number) => ledger.reserve({ id, now, charges: [once], ttlMs: 1000 })
    expect((await at('a', Date.now())).granted).toBe(true)
    expect((await at('b', Date.now() + 7_200_000)).granted).toBe(false)
  })

  it('leaves no key that does not expire', async () => {
    const ledger = create('server')
    await ledger.reserve({ id: 'a', now: Date.now(), charges, ttlMs: 60_000 })
    await ledger.reserve({ id: 'b', now: Date.now(), charges, ttlMs: 60_000 })
    await ledger.settle({ id: 'b', now: Date.now(), used: { r: 15, b: 1 } })
    await ledger.finish([{ id: 'c', charges: charges.map((charge) => ({ charge, used: 1 })) }])
    const keys = await redis.keys(`{aicc-${ledgers}}:*`)
    expect(keys.length).toBeGreaterThan(4)

    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0)
  })

  it('lets what is held for long outlast what is held for a moment', async () => {
    const ledger = create('server')
    await ledger.reserve({ id: 'long', now: Date.now(), charges, ttlMs: 600_000 })
    await ledger.reserve({ id: 'short', now: Date.now(), charges, ttlMs: 1000 })
    await ledger.settle({ id: 'short', now: Date.now(), used: { r: 0 } })
    for (const key of ['l:l', 'r:r']) {
      expect(await redis.pttl(`{aicc-${ledgers}}:${key}`), key).toBeGreaterThan(500_000)
    }
  })

  it('lets a thousand at once from three connections take no more than the limits', async () => {
    const prefix = '{aicc-three}:'
    const clients = [1, 2, 3].map(() => new Redis({ port: server.port }))
    const nodes = clients.map((client) => createRedisLedger({ redis: client, prefix, clock: 'server' }))
    const all: Charge[] = [
      { kind: 'rate', key: 'r', amount: 1, limit: { count: 120, windowMs: 3_600_000 } },
      { kind: 'lease', key: 'l', limit: 130 },
      { ...budget, amount: 10, limit: 1400 },
    ]
    const verdicts = await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        nodes[i % 3]!.reserve({ id: `id-${i}`, now: Date.now(), charges: all, ttlMs: 60_000 }),
      ),
    )
    for (const client of clients) client.disconnect()
    expect(verdicts.filter(({ granted }) => granted)).toHaveLength(120)
  })
})
