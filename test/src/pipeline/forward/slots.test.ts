import { array, assert, asyncProperty, constantFrom, nat, oneof, record, type Arbitrary } from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ClientGone } from '../../../../src/pipeline/forward/client-gone.ts'
import { createSlots, type Slot, type Slots } from '../../../../src/pipeline/forward/slots.ts'
import type { RouteTable } from '../../../../src/table/route-table.ts'
import type { SlotPolicy } from '../../../../src/table/slot-policy.ts'
import { makeBackend, makeTable } from '../../make-snapshot.ts'

const TTL = 60_000

function tableOf(policies: Record<string, Partial<SlotPolicy> | null>): RouteTable {
  const entries = Object.entries(policies).map(([name, policy]) => [
    name,
    makeBackend({ slots: policy && { count: 1, queueSize: 16, queueWaitMs: 30_000, ...policy } }),
  ])
  return makeTable({ backends: Object.fromEntries(entries) as RouteTable['backends'] })
}

/** Somebody who asks for places, and what has come of it. */
function bench(policies: Record<string, Partial<SlotPolicy> | null>): {
  slots: Slots
  table: RouteTable
  take: (backend: string) => Slot | null
  wait: (name: string, backends: string, client?: string) => AbortController
  got: string[]
  slot: (name: string) => Slot | undefined
} {
  const slots = createSlots()
  const table = tableOf(policies)
  const got: string[] = []
  const held = new Map<string, Slot>()
  return {
    slots,
    table,
    got,
    slot: (name) => held.get(name),
    take: (backend) => slots.take(table, backend, TTL),
    wait(name, backends, client = 'crew') {
      const controller = new AbortController()
      const options = { client, ttlMs: TTL, signal: controller.signal }
      const asking = async (): Promise<void> => {
        const slot = await slots.wait(table, backends.split(' '), options)
        got.push(`${name}:${slot?.backend ?? 'none'}`)
        if (slot !== null) held.set(name, slot)
      }
      asking().catch((reason: unknown) => {
        got.push(`${name}:${reason instanceof ClientGone ? 'gone' : String(reason)}`)
      })
      return controller
    },
  }
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

describe('take', () => {
  it('gives so many places and no more, until one comes back', () => {
    const { take, slots } = bench({ gpu: { count: 2 } })
    const [one, two] = [take('gpu'), take('gpu')]
    expect([one === null, two === null, take('gpu')]).toEqual([false, false, null])
    one?.release()
    one?.release()
    expect(slots.counts()).toEqual({ gpu: { count: 2, busy: 1, waiting: 0 } })
    expect([take('gpu') === null, take('gpu')]).toEqual([false, null])
  })

  it('gives any number where the policy says none', () => {
    const { take, slots } = bench({ cloud: null })
    expect(Array.from({ length: 100 }, () => take('cloud')).includes(null)).toBe(false)
    expect(slots.counts()).toEqual({})
  })

  it('forgets a place that was never given back', async () => {
    const { take } = bench({ gpu: {} })
    const lost = take('gpu')
    vi.advanceTimersByTime(TTL - 1)
    expect(take('gpu')).toBeNull()
    vi.advanceTimersByTime(1)
    expect(take('gpu')).not.toBeNull()
    lost?.release()
    expect(take('gpu')).toBeNull()
  })

  it('follows a policy that changes', async () => {
    const { slots, take, wait, got } = bench({ gpu: {} })
    take('gpu')
    wait('a', 'gpu')
    wait('b', 'gpu')
    const wider = tableOf({ gpu: { count: 2 } })
    expect(slots.take(wider, 'gpu', TTL)).toBeNull()
    await settle()
    expect(got).toEqual(['a:gpu'])
  })
})

describe('wait', () => {
  it('gives what comes back to whoever came first', async () => {
    const { take, wait, got, slot, slots } = bench({ gpu: {} })
    const first = take('gpu')
    for (const name of ['a', 'b', 'c']) wait(name, 'gpu')
    await settle()
    expect([got, slots.counts()]).toEqual([[], { gpu: { count: 1, busy: 1, waiting: 3 } }])
    first?.release()
    await settle()
    expect([got, take('gpu')]).toEqual([['a:gpu'], null])
    slot('a')?.release()
    await settle()
    expect(got).toEqual(['a:gpu', 'b:gpu'])
  })

  it('lets clients take turns', async () => {
    const { take, wait, got, slot } = bench({ gpu: {} })
    const first = take('gpu')
    for (const name of ['a1', 'a2', 'a3', 'a4']) wait(name, 'gpu', 'a')
    for (const name of ['b1', 'b2']) wait(name, 'gpu', 'b')
    wait('c1', 'gpu', 'c')
    first?.release()
    for (let i = 0; i < 7; i += 1) {
      await settle()
      slot(got.at(-1)?.split(':')[0] ?? '')?.release()
    }
    expect(got.map((name) => name.split(':')[0])).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'])
  })

  it('stands in all lines at once, and takes one place', async () => {
    const { take, wait, got, slots } = bench({ one: {}, two: {} })
    const [, two] = [take('one'), take('two')]
    wait('a', 'one two')
    two?.release()
    await settle()
    expect([got, slots.counts()]).toEqual([
      ['a:two'],
      { one: { count: 1, busy: 1, waiting: 0 }, two: { count: 1, busy: 1, waiting: 0 } },
    ])
  })

  it('turns away whom no line has room for', async () => {
    const { take, wait, got } = bench({ small: { queueSize: 1 }, none: { queueSize: 0 } })
    take('small')
    take('none')
    wait('a', 'small none')
    wait('b', 'small none')
    wait('c', 'none')
    await settle()
    expect(got).toEqual(['b:none', 'c:none'])
  })

  it('lasts as long as the policy says', async () => {
    const { take, wait, got, slots } = bench({ short: { queueWaitMs: 100 }, long: { queueWaitMs: 500 } })
    take('short')
    take('long')
    wait('a', 'short')
    wait('b', 'short long')
    await vi.advanceTimersByTimeAsync(100)
    expect(got).toEqual(['a:none'])
    await vi.advanceTimersByTimeAsync(400)
    expect(got).toEqual(['a:none', 'b:none'])
    expect(slots.counts()).toEqual({
      short: { count: 1, busy: 1, waiting: 0 },
      long: { count: 1, busy: 1, waiting: 0 },
    })
  })

  it('ends when the client leaves, and gives back what came at that very moment', async () => {
    const { take, wait, got, slots } = bench({ gpu: {} })
    const first = take('gpu')
    const a = wait('a', 'gpu')
    const b = wait('b', 'gpu')
    a.abort(new ClientGone())
    await settle()
    expect(slots.counts()).toEqual({ gpu: { count: 1, busy: 1, waiting: 1 } })
    first?.release()
    b.abort(new ClientGone())
    await settle()
    expect([got, slots.counts()]).toEqual([['a:gone', 'b:gone'], { gpu: { count: 1, busy: 0, waiting: 0 } }])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the expected wait', () => {
  it('is that of whoever comes last, by the pace of late', async () => {
    const { take, wait, slots } = bench({ gpu: { count: 2 } })
    expect(slots.expectedWaitMs(['gpu'])).toBe(0)
    const [one] = [take('gpu'), take('gpu')]
    expect(slots.expectedWaitMs(['gpu'])).toBe(500)
    vi.advanceTimersByTime(4000)
    one?.release()
    take('gpu')
    for (const name of ['a', 'b', 'c']) wait(name, 'gpu')
    expect(slots.expectedWaitMs(['gpu'])).toBe(8000)
    expect(slots.expectedWaitMs(['gpu', 'never-asked'])).toBe(0)
  })
})

type Act = { act: 'come' | 'end' | 'leave'; who: number; client: string } | { act: 'pass'; who: number }

describe('whatever happens', () => {
  const act: Arbitrary<Act> = oneof(
    record({
      act: constantFrom('come' as const, 'end' as const, 'leave' as const),
      who: nat(30),
      client: constantFrom('a', 'b'),
    }),
    record({ act: constantFrom('pass' as const), who: nat(40) }),
  )

  it('no backend has more than its places, and all come back', async () => {
    await assert(
      asyncProperty(array(act, { maxLength: 80 }), async (acts) => {
        const { slots, table } = bench({ one: { count: 1, queueSize: 3 }, two: { count: 2, queueSize: 2 } })
        const held: Slot[] = []
        const waiting: AbortController[] = []
        for (const one of acts) {
          if (one.act === 'pass') await vi.advanceTimersByTimeAsync(one.who * 100)
          else if (one.act === 'end') held.splice(one.who % Math.max(1, held.length), 1)[0]?.release()
          else if (one.act === 'leave')
            waiting.splice(one.who % Math.max(1, waiting.length), 1)[0]?.abort(new ClientGone())
          else {
            const controller = new AbortController()
            waiting.push(controller)
            const options = { client: one.client, ttlMs: TTL * 10, signal: controller.signal }
            slots.wait(table, ['one', 'two'], options)?.then(
              (slot) => slot && held.push(slot),
              () => {},
            )
          }
          await settle()
          const { one: first, two: second } = slots.counts()
          expect(first?.busy ?? 0).toBeLessThanOrEqual(1)
          expect(second?.busy ?? 0).toBeLessThanOrEqual(2)
          expect((first?.busy ?? 0) + (second?.busy ?? 0)).toBe(held.length)
          expect(first?.waiting ?? 0).toBeLessThanOrEqual(3)
        }
        for (const controller of waiting) controller.abort(new ClientGone())
        await settle()
        while (held.length > 0) held.pop()?.release()
        const counts = slots.counts()
        expect(Object.values(counts).every(({ busy, waiting: left }) => busy + left === 0)).toBe(true)
        expect(vi.getTimerCount()).toBe(0)
      }),
    )
  })
})
