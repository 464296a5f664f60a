import { describe, expect, it } from 'vitest'
import { type Balance, createBalance } from '../../../../src/pipeline/forward/balance.ts'
import type { Balance as Policy, Target } from '../../../../src/table/route-table.ts'
import { makeTarget } from '../../make-snapshot.ts'

const [A, B, C] = ['a', 'b', 'c'].map((backend) => makeTarget({ backend })) as [Target, Target, Target]

interface Ask {
  policy: Policy
  model?: string
  weights?: number[]
}

function orderOf(balance: Balance, { policy, model = 'm', weights = [1, 1, 1] }: Ask): string {
  const pool = [A, B, C].slice(0, weights.length).map((target, i) => ({ target, weight: weights[i] ?? 1 }))
  const targets = balance.order({ model, balance: policy, pool })
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
    const balance = createBalance(() => drawn.shift() ?? 0)
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
