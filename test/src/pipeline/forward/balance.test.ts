import { describe, expect, it } from 'vitest'
import { type Balance, createBalance } from '../../../../src/pipeline/forward/balance.ts'
import type { Balance as Policy, Target } from '../../../../src/table/route-table.ts'
import { createPace } from '../../../../src/pipeline/forward/pace.ts'
import { parseJsonObject } from '../../../../src/protocols/json-object.ts'
import { makeTarget } from '../../make-snapshot.ts'

const [A, B, C] = ['a', 'b', 'c'].map((backend) => makeTarget({ backend })) as [Target, Target, Target]

interface Ask {
  policy: Policy
  model?: string
  weights?: number[]
  body?: string
}

function orderOf(balance: Balance, { policy, model = 'm', weights = [1, 1, 1], body = '{}' }: Ask): string {
  const pool = [A, B, C].slice(0, weights.length).map((target, i) => ({ target, weight: weights[i] ?? 1 }))
  const targets = balance.order(
    { model, balance: policy, pool },
    { body: parseJsonObject(body), stream: true },
  )
  return targets.map(({ backend }) => backend).join('')
}

describe('order', () => {
  it.each([
    { policy: 'ordered', orders: ['abc', 'abc', 'abc', 'abc'] },
    { policy: 'round-robin', orders: ['abc', 'bca', 'cab', 'abc'] },
    { policy: 'least-busy', orders: ['abc', 'bca', 'cab', 'abc'] },
  ] as const)('$policy: $orders', ({ policy, orders }) => {
    const balance = createBalance()
    expect(orders.map(() => orderOf(balance, { policy }))).toEqual(orders)
  })

  it('asks those first that have the model loaded, unless they are busier', () => {
    const balance = createBalance({ isCold: ({ backend }) => backend !== 'b' })
    const ask = (): string => orderOf(balance, { policy: 'least-busy' })
    expect([ask(), ask(), ask()]).toEqual(['bac', 'bca', 'bca'])
    balance.lease().move(B)
    expect(ask()).toBe('acb')
  })

  it('weighs in what it takes to load a model', () => {
    let now = 0
    const pace = createPace(() => now)
    const balance = createBalance({ pace, random: () => 0, isCold: ({ backend }) => backend === 'a' })
    const ask = (): string => orderOf(balance, { policy: 'peak-ewma', weights: [1, 1] })
    // Nobody has been asked: a cold one is not tried out first.
    expect(ask()).toBe('ba')
    const ends = [A, B].map((target) => pace.begin(target, true))
    now = 100
    for (const end of ends) end('answered')
    expect(ask()).toBe('ba')
    const end = pace.begin(B, true)
    now = 700
    end('answered')
    expect(ask()).toBe('ab')
  })

  it('goes round for each model by itself', () => {
    const balance = createBalance()
    const ask = (model: string): string => orderOf(balance, { policy: 'round-robin', model })
    expect([ask('m'), ask('n'), ask('m'), ask('n')]).toEqual(['abc', 'abc', 'bca', 'bca'])
  })

  it.each([
    { random: [0, 0, 0], order: 'abc' },
    { random: [0.09, 0, 0], order: 'abc' },
    { random: [0.1, 0, 0], order: 'bac' },
    { random: [0.5, 0.99, 0], order: 'cba' },
    { random: [0.999, 0.999, 0.999], order: 'cba' },
  ])('draws by weight: $random gives $order', ({ random, order }) => {
    const drawn = [...random]
    const balance = createBalance({ random: () => drawn.shift() ?? 0 })
    expect(orderOf(balance, { policy: 'weighted', weights: [1, 4, 5] })).toBe(order)
  })

  it('draws each target first as often as its weight says', () => {
    const balance = createBalance()
    const firsts = Array.from(
      { length: 4000 },
      () => orderOf(balance, { policy: 'weighted', weights: [1, 3] })[0],
    )
    const share = firsts.filter((first) => first === 'b').length / firsts.length
    expect(share).toBeGreaterThan(0.68)
    expect(share).toBeLessThan(0.82)
  })
})

describe('prefix', () => {
  const bodies = ['ada', 'bob', 'cyd', 'dee', 'eve', 'fay'].map((user) => JSON.stringify({ user }))
  const firstOf = (balance: Balance, body: string): string | undefined =>
    orderOf(balance, { policy: 'prefix', body })[0]

  it('sends a conversation to the same target while that is not much busier than others', () => {
    const balance = createBalance()
    for (const body of bodies) {
      const home = firstOf(balance, body)
      const target = [A, B, C].find(({ backend }) => backend === home) ?? A
      const leases = [0, 1, 2, 3].map(() => balance.lease())
      const seen = leases.map((lease) => {
        lease.move(target)
        return firstOf(balance, body)
      })
      expect(seen.map((backend) => backend === home)).toEqual([true, true, false, false])
      for (const lease of leases) lease.release()
      expect(firstOf(balance, body)).toBe(home)
    }
  })

  it('shares conversations out', () => {
    const balance = createBalance()
    expect(new Set(bodies.map((body) => firstOf(balance, body))).size).toBeGreaterThan(1)
  })

  it('goes to the least busy where there is nothing to go by', () => {
    const balance = createBalance()
    balance.lease().move(A)
    expect(orderOf(balance, { policy: 'prefix' })).toBe('bca')
  })
})

describe('peak-ewma', () => {
  const ask: Ask = { policy: 'peak-ewma' }
  const balanceOf = (
    ms: Record<string, number | null>,
    random: number[] = [],
  ): { balance: Balance; asked: () => string } => {
    const pace = { ...createPace(), estimate: ({ backend }: Target) => ms[backend] ?? null }
    const balance = createBalance({ pace, random: () => random.shift() ?? 0 })
    return { balance, asked: () => orderOf(balance, ask) }
  }

  it.each([
    { name: 'who was never seen', ms: { a: 5, b: null, c: 1 }, random: [], order: 'bac' },
    { name: 'the better of the first two drawn', ms: { a: 30, b: 20, c: 10 }, random: [0, 0], order: 'cba' },
    { name: 'the better of others', ms: { a: 30, b: 20, c: 10 }, random: [0.4, 0], order: 'bca' },
    { name: 'never the worst of all', ms: { a: 30, b: 20, c: 10 }, random: [0.99, 0.99], order: 'bca' },
  ])('asks $name first', ({ ms, random, order }) => {
    expect(balanceOf(ms, random).asked()).toBe(order)
  })

  it('weighs what is in flight', () => {
    const { balance, asked } = balanceOf({ a: 10, b: 15, c: 100 })
    expect(asked()).toBe('abc')
    balance.lease().move(A)
    expect(asked()).toBe('bac')
  })

  it('takes who has not answered yet for slow', () => {
    const { balance, asked } = balanceOf({ a: 10, b: 15, c: null })
    balance.lease().move(C)
    expect(asked()).toBe('abc')
  })
})

describe('leases', () => {
  const busiest: Ask = { policy: 'least-busy' }

  it('show who is busy until they are released', () => {
    const balance = createBalance()
    const first = balance.lease()
    first.move(A)
    const second = balance.lease()
    second.move(B)
    second.move(B)
    expect(orderOf(balance, busiest)).toBe('cab')
    first.release()
    expect(orderOf(balance, busiest)).toBe('cab')
    second.release()
    expect(orderOf(balance, busiest)).toBe('cab')
    expect(orderOf(balance, busiest)).toBe('abc')
  })

  it('move on with the attempts', () => {
    const balance = createBalance()
    const lease = balance.lease()
    lease.move(A)
    lease.move(B)
    expect(orderOf(balance, busiest)).toBe('acb')
    lease.release()
    lease.release()
    expect(orderOf(balance, busiest)).toBe('bca')
  })

  it('hold nothing any more once released', () => {
    const balance = createBalance()
    const lease = balance.lease()
    lease.release()
    lease.move(A)
    expect(orderOf(balance, busiest)).toBe('abc')
  })
})
