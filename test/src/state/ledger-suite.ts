/**
 * What every ledger must do, whatever it keeps its numbers in. Each implementation runs it in a test file of its own.
 * The clock is the suite's: a ledger goes by the times it is told.
 */
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Ledger } from '../../../src/ports.ts'
import type { Charge, Verdict } from '../../../src/table/charges.ts'
import { createOracle } from './ledger-oracle.ts'
import { amountOf, budget, lease, limitOf, NOON, on, rate } from './make-charges.ts'

export interface LedgerUnderTest {
  ledger: Ledger
  /** Ends whatever the ledger needs. */
  close?: () => void | Promise<void>
}

export interface LedgerSuiteOptions {
  /** Makes an empty ledger. */
  create: () => LedgerUnderTest | Promise<LedgerUnderTest>
  /** Random histories for the model check: each makes a ledger. */
  runs?: number
}

const TTL_MS = 100_000

export function runLedgerSuite(name: string, { create, runs = 200 }: LedgerSuiteOptions): void {
  describe(`the ledger in ${name}`, () => {
    const opened: LedgerUnderTest[] = []
    const fresh = async (): Promise<Client> => {
      const made = await create()
      opened.push(made)
      return clientOf(made.ledger)
    }
    afterEach(async () => {
      for (const { close } of opened.splice(0)) await close?.()
    })

    it.each([
      { what: 'a rate', charge: rate('r', 1, 3), retryMs: 20_000 },
      { what: 'a rate with an odd interval', charge: rate('r', 1, 7), retryMs: 8572 },
      { what: 'a rate of one', charge: rate('r', 1, 1), retryMs: 60_000 },
      { what: 'a rate of tokens', charge: rate('t', 700, 1000), retryMs: 24_000 },
      { what: 'a large rate', charge: rate('t', 50_000_000, 100_000_000), retryMs: 30_000 },
      { what: 'a lease', charge: lease('l', 2), retryMs: 1000 },
      { what: 'a budget', charge: budget('b', 300, 1000), retryMs: 12 * 3_600_000 },
    ])('grants $what as often as it fits, then says when', async ({ charge, retryMs }) => {
      const { reserve } = await fresh()
      const fits = charge.kind === 'lease' ? charge.limit : Math.floor(limitOf(charge) / charge.amount)
      for (let i = 0; i < fits; i += 1) {
        expect(await reserve(`id-${i}`, [charge])).toMatchObject({ granted: true })
      }
      const refused = await reserve('late', [charge])
      expect(refused).toMatchObject({ granted: false, refusedBy: 0, retryAfterMs: retryMs })
      expect(refused.standings[0]?.remaining).toBe(limitOf(charge) - fits * amountOf(charge))
    })

    it.each([rate('r', 1, 7), rate('r', 3, 7), rate('t', 999, 1000), budget('b', 300, 1000)])(
      'grants again exactly when it said, and not a millisecond before: $kind of $limit',
      async (charge) => {
        const { reserve } = await fresh()
        let next = 0
        for (let now = NOON, round = 0; round < 20; round += 1) {
          const verdict = await reserve(`id-${(next += 1)}`, [on(charge, now)], now)
          if (verdict.granted) continue
          now += verdict.retryAfterMs - 1
          const early = await reserve(`id-${(next += 1)}`, [on(charge, now)], now)
          expect(early).toMatchObject({ granted: false, retryAfterMs: 1 })
          now += 1
          expect((await reserve(`id-${(next += 1)}`, [on(charge, now)], now)).granted).toBe(true)
        }
      },
    )

    it('says what stands after each charge', async () => {
      const { reserve } = await fresh()
      const charges = [rate('r', 1, 60), rate('t', 400, 1000), lease('l', 4), budget('b', 250, 1000)]
      expect((await reserve('a', charges)).standings).toEqual([
        { key: 'r', limit: 60, remaining: 59, resetMs: 1000 },
        { key: 't', limit: 1000, remaining: 600, resetMs: 24_000 },
        { key: 'l', limit: 4, remaining: 3, resetMs: 0 },
        { key: 'b', limit: 1000, remaining: 750, resetMs: 12 * 3_600_000 },
      ])
    })

    it.each([
      { what: 'rate', first: rate('x', 5, 5), again: rate('x', 1, 5) },
      { what: 'lease', first: lease('x', 1), again: lease('x', 1) },
      { what: 'budget', first: budget('x', 5, 5), again: budget('x', 1, 5) },
    ])('takes nothing at all where a $what has no room', async ({ first, again }) => {
      const { reserve } = await fresh()
      await reserve('first', [first])
      const others = [rate('r', 2, 4), lease('l', 2), budget('b', 2, 4)]
      for (let i = 0; i < 3; i += 1) {
        expect(await reserve(`again-${i}`, [...others, again])).toMatchObject({
          granted: false,
          refusedBy: 3,
        })
      }
      expect((await reserve('others', others)).standings.map(({ remaining }) => remaining)).toEqual([2, 1, 2])
    })

    it('names the charge that has to wait longest, and what will never fit', async () => {
      const { reserve } = await fresh()
      await reserve('a', [rate('r', 60, 60), lease('l', 1), rate('t', 1000, 1000)])
      expect(await reserve('b', [rate('r', 1, 60), lease('l', 1), rate('t', 500, 1000)])).toMatchObject({
        refusedBy: 2,
        retryAfterMs: 30_000,
      })
      for (const charge of [rate('t', 1001, 1000), budget('b', 1001, 1000)]) {
        expect(await reserve('c', [rate('r', 1, 60), charge])).toMatchObject({
          refusedBy: 1,
          retryAfterMs: Number.POSITIVE_INFINITY,
        })
      }
    })

    it('charges an id once, however often it is reserved and settled', async () => {
      const { reserve, settle } = await fresh()
      const charges = [rate('r', 1, 10), lease('l', 3), budget('b', 10, 100)]
      const left = async (id: string): Promise<number[]> => {
        const { standings } = await reserve(id, charges)
        return standings.map(({ remaining }) => remaining)
      }
      expect(await left('a')).toEqual([9, 2, 90])
      expect(await left('a')).toEqual([9, 2, 90])
      await settle('a', { r: 1, b: 5 })
      await settle('a', { r: 0, b: 0 })
      await settle('unknown', { r: 0, b: 0 })
      expect(await left('b')).toEqual([8, 2, 85])
    })

    it('keeps what was used, gives back the rest, and lets debts be paid', async () => {
      const { reserve, settle } = await fresh()
      const charges = [rate('t', 600, 1000), budget('b', 600, 1000)]
      await reserve('a', charges)
      await settle('a', { t: 100, b: 100 })
      expect((await reserve('b', charges)).standings).toMatchObject([{ remaining: 300 }, { remaining: 300 }])
      await settle('b', { t: 2900, b: 2900 })
      const refused = await reserve('c', [rate('t', 1, 1000), budget('b', 1, 1000)])
      expect(refused.standings).toMatchObject([
        { remaining: 0, resetMs: 180_000 },
        { remaining: 0, resetMs: 12 * 3_600_000 },
      ])
      const later = NOON + 120_060
      expect((await reserve('d', [rate('t', 1, 1000)], later - 1)).granted).toBe(false)
      expect((await reserve('e', [rate('t', 1, 1000)], later)).granted).toBe(true)
    })

    it('keeps a reservation that a settlement does not speak of', async () => {
      const { reserve, settle } = await fresh()
      await reserve('a', [rate('t', 600, 1000), lease('l', 1), budget('b', 600, 1000)])
      await settle('a', {})
      expect((await reserve('b', [lease('l', 1)])).granted).toBe(true)
      expect((await reserve('c', [rate('t', 401, 1000)])).granted).toBe(false)
      expect((await reserve('d', [budget('b', 401, 1000)])).granted).toBe(false)
    })

    it('gives nothing back that time has given already', async () => {
      const { reserve, settle } = await fresh()
      await reserve('slow', [rate('t', 1000, 1000)])
      // By now the bucket is empty again: what was reserved a minute ago is no credit.
      await reserve('next', [rate('t', 1000, 1000)], NOON + 60_000)
      await settle('slow', { t: 0 }, NOON + 60_000)
      expect((await reserve('more', [rate('t', 1, 1000)], NOON + 60_000)).granted).toBe(false)
    })

    it('ends a lease whose holder never came back, and no earlier', async () => {
      const { reserve } = await fresh()
      await reserve('lost', [lease('l', 1)])
      expect((await reserve('a', [lease('l', 1)], NOON + TTL_MS - 1)).granted).toBe(false)
      expect((await reserve('b', [lease('l', 1)], NOON + TTL_MS)).granted).toBe(true)
    })

    it('counts a budget by its period, forth and back', async () => {
      const { reserve, settle } = await fresh()
      const [today, tomorrow] = [budget('b', 400, 1000), budget('b', 400, 1000, 22)]
      await reserve('a', [today])
      await reserve('b', [today])
      const next = NOON + 12 * 3_600_000
      expect((await reserve('c', [tomorrow], next)).standings).toMatchObject([{ remaining: 600 }])
      // A request that runs over midnight is settled where it was charged.
      await settle('a', { b: 100 }, next)
      expect((await reserve('d', [tomorrow], next)).standings).toMatchObject([{ remaining: 200 }])
      expect((await reserve('e', [today], next - 1)).standings).toMatchObject([{ remaining: 100 }])
    })

    it('goes on from a clock that is set back by more than a window', async () => {
      const { reserve } = await fresh()
      const year = 365 * 24 * 3_600_000
      await reserve('a', [rate('r', 2, 2)], NOON + year)
      expect((await reserve('b', [rate('r', 1, 2)], NOON)).granted).toBe(false)
      expect((await reserve('c', [rate('r', 1, 2)], NOON + 30_000)).granted).toBe(true)
    })

    it('lets nothing run out by refusing or looking', async () => {
      const { ledger, reserve } = await fresh()
      await reserve('a', [rate('r', 4, 4, 4096)])
      // A clock that is set back a little shows whether time was taken down.
      expect((await reserve('b', [rate('r', 4, 4, 4096)], NOON + 1024)).granted).toBe(false)
      ledger.look([rate('r', 1, 4, 4096)], NOON + 1024)
      expect((await reserve('c', [rate('r', 1, 4, 4096)], NOON + 1023)).granted).toBe(false)
      expect((await reserve('d', [rate('r', 1, 4, 4096)], NOON + 1024)).granted).toBe(true)
    })

    it('has never more left than the limit', async () => {
      const { reserve } = await fresh()
      const { standings } = await reserve('a', [rate('t', 1, 1e12), rate('r', 0, 3)])
      expect(standings).toMatchObject([{ remaining: 1e12 - 1 }, { remaining: 3 }])
    })

    it('takes a limit that a reload has changed', async () => {
      const { reserve } = await fresh()
      await reserve('a', [rate('r', 40, 60), lease('l', 9), budget('b', 400, 1000)])
      expect(await reserve('b', [rate('r', 1, 30)])).toMatchObject({ granted: false, retryAfterMs: 2000 })
      expect((await reserve('c', [lease('l', 1)])).granted).toBe(false)
      expect((await reserve('d', [budget('b', 1, 300)])).standings).toMatchObject([{ remaining: 0 }])
      expect((await reserve('e', [rate('r', 1, 60), lease('l', 2), budget('b', 1, 500)])).granted).toBe(true)
    })

    it('lets in by a lowered limit as soon as one of its own, however much was used before', async () => {
      const { reserve } = await fresh()
      await reserve('a', [rate('t', 900_000, 1_000_000)])
      const lowered = await reserve('b', [rate('t', 1, 10)])
      expect(lowered).toMatchObject({
        granted: false,
        retryAfterMs: 6000,
        standings: [{ remaining: 0, resetMs: 60_000 }],
      })
      expect((await reserve('c', [rate('t', 1, 10)], NOON + 5999)).granted).toBe(false)
      expect((await reserve('d', [rate('t', 1, 10)], NOON + 6000)).granted).toBe(true)
    })

    it('goes on from what counts by then when a limit changes', async () => {
      const { reserve } = await fresh()
      await reserve('a', [rate('t', 60, 60)])
      // Half of it has run out by the old limit.
      const { standings } = await reserve('b', [rate('t', 0, 600)], NOON + 30_000)
      expect(standings).toMatchObject([{ remaining: 570 }])
    })

    it('looks without taking', async () => {
      const { ledger, reserve } = await fresh()
      const charges = [rate('r', 1, 1), lease('l', 1), budget('b', 1, 1)]
      for (let i = 0; i < 3; i += 1) expect(ledger.look(charges, NOON)).toBeNull()
      expect((await reserve('a', charges)).granted).toBe(true)
    })

    it('grants no more than the limits to a thousand at once', async () => {
      const { reserve } = await fresh()
      const charges = [rate('r', 1, 120), lease('l', 130), budget('b', 10, 1400)]
      const verdicts = await Promise.all(Array.from({ length: 1000 }, (_, i) => reserve(`id-${i}`, charges)))
      expect(verdicts.filter(({ granted }) => granted)).toHaveLength(120)
      for (const { standings } of verdicts) {
        for (const { remaining } of standings) expect(remaining).toBeGreaterThanOrEqual(0)
      }
    })

    it('agrees with the oracle on every history, and is never over', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
          const under = await create()
          try {
            await compare(clientOf(under.ledger), steps)
          } finally {
            await under.close?.()
          }
        }),
        { numRuns: runs },
      )
    }, 60_000)
  })
}

interface Client {
  ledger: Ledger
  reserve: (id: string, charges: readonly Charge[], now?: number) => Promise<Verdict>
  settle: (id: string, used: Record<string, number>, now?: number) => Promise<void>
}

function clientOf(ledger: Ledger): Client {
  return {
    ledger,
    reserve: async (id, charges, now = NOON) => await ledger.reserve({ id, now, charges, ttlMs: TTL_MS }),
    settle: async (id, used, now = NOON) => await ledger.settle({ id, now, used }),
  }
}

/**
 * Rates whose units run out in whole binary fractions of a millisecond: ledger and oracle compute in different order,
 * and must not differ by rounding.
 */
const charge: fc.Arbitrary<Charge> = fc.oneof(
  fc.nat(5).map((amount) => rate('r4', amount, 4, 4096)),
  fc.nat(20).map((amount) => rate('r16', amount, 16, 1024)),
  fc.constant(lease('l1', 1)),
  fc.constant(lease('l3', 3)),
  fc.tuple(fc.nat(8), fc.constantFrom(21, 22)).map(([amount, day]) => budget('b', amount, 20, day)),
)

type Step =
  | { kind: 'wait'; ms: number }
  | { kind: 'reserve'; charges: Charge[]; again: number | null }
  | { kind: 'settle'; which: number; used: number; speaks: boolean }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: -500, max: 2000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('reserve'),
      charges: fc.uniqueArray(charge, { minLength: 1, maxLength: 4, selector: ({ key }) => key }),
      again: fc.option(fc.nat(5), { freq: 10 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('settle'),
      which: fc.nat(5),
      used: fc.nat(8),
      speaks: fc.boolean(),
    }),
  },
) as fc.Arbitrary<Step>

async function compare({ reserve, settle }: Client, steps: readonly Step[]): Promise<void> {
  const oracle = createOracle()
  const ids: string[] = []
  const log: Use[] = []
  let now = NOON
  /** What the ledger has seen of the clock: going back lets nothing run out twice. */
  let latest = 0
  for (const [i, next] of steps.entries()) {
    if (next.kind === 'wait') now += next.ms
    else if (next.kind === 'reserve') {
      const known = next.again === null ? undefined : ids.at(-1 - next.again)
      const id = known ?? `id-${i}`
      const verdict = await reserve(id, next.charges, now)
      const lacking = oracle.reserve({ id, now, charges: next.charges, ttlMs: TTL_MS })
      expect(verdict.granted).toBe(lacking.length === 0)
      if (!verdict.granted) expect(lacking).toContain(next.charges[verdict.refusedBy])
      const left = next.charges.map((one) => Math.max(0, Math.floor(oracle.left(one, now))))
      expect(verdict.standings.map(({ remaining }) => remaining)).toEqual(left)
      if (!verdict.granted || known !== undefined) continue
      ids.push(id)
      latest = Math.max(latest, now)
      for (const one of next.charges)
        if (one.kind === 'rate') log.push({ id, now, latest, charge: one, used: one.amount })
    } else {
      const id = ids.at(-1 - next.which)
      if (id === undefined) continue
      const used = next.speaks ? { r4: next.used, r16: next.used, b: next.used } : {}
      await settle(id, used, now)
      latest = Math.max(latest, now)
      oracle.settle({ id, now, used })
      if (!next.speaks) continue
      for (const use of log) if (use.id === id) use.used = Math.min(use.used, next.used)
      ids.splice(ids.indexOf(id), 1)
    }
  }
  for (const key of ['r4', 'r16']) neverOver(log.filter((use) => use.charge.key === key))
}

interface Use {
  id: string
  now: number
  /** The latest time that the ledger had seen by then. */
  latest: number
  charge: Extract<Charge, { kind: 'rate' }>
  /** Of what was reserved; debts are paid, but nobody asked for them before. */
  used: number
}

/** Between any two moments no more was used than one limit and what the rate lets through. */
function neverOver(log: readonly Use[]): void {
  for (const [i, first] of log.entries()) {
    const { count, windowMs } = first.charge.limit
    let sum = 0
    for (const { latest, used } of log.slice(i)) {
      sum += used
      expect(sum).toBeLessThanOrEqual(count + ((latest - first.now) * count) / windowMs + 1e-6)
    }
  }
}
