import { expect, it } from 'vitest'
import type { Charge } from '../../../src/table/charges.ts'
import { finishedOf } from '../../../src/table/finished-of.ts'

const charge = (key: string): Charge => ({
  kind: 'rate',
  key,
  amount: 1,
  limit: { count: 5, windowMs: 1000 },
})
const own = { charge: charge('client:crew:requests'), used: 1 }

it('a request that was charged in one step is one reservation', () => {
  expect(finishedOf({ id: 'a', charges: [own] })).toEqual([{ id: 'a', charges: [own] }])
})

it('what was reserved later is settled under its own id', () => {
  const gpu = { charge: charge('backend:gpu:requests'), used: 1 }
  const more = { charge: charge('backend:gpu:tokens'), used: 7 }
  const charges = [{ ...gpu, reservation: 'a/1' }, own, { ...more, reservation: 'a/1' }]
  expect(finishedOf({ id: 'a', charges })).toEqual([
    { id: 'a', charges: [own] },
    { id: 'a/1', charges: [gpu, more] },
  ])
})
