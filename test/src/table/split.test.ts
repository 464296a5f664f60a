import { expect, it } from 'vitest'
import { pickArm } from '../../../src/table/split.ts'

const ARMS = [
  { to: 'a', weight: 1 },
  { to: 'b', weight: 3 },
]
const users = Array.from({ length: 10_000 }, (_, i) => `rule\0user-${i}`)

it('keeps a user on one arm', () => {
  for (const user of users.slice(0, 50)) expect(pickArm(ARMS, user)).toBe(pickArm(ARMS, user))
})

it('gives each arm its share', () => {
  const share = users.filter((user) => pickArm(ARMS, user) === 'b').length / users.length
  expect(share).toBeGreaterThan(0.73)
  expect(share).toBeLessThan(0.77)
})

it('splits anew for another rule', () => {
  const moved = users.filter((user) => pickArm(ARMS, user) !== pickArm(ARMS, user.replace('rule', 'other')))
  expect(moved.length / users.length).toBeGreaterThan(0.3)
})

it('takes the only arm there is', () => {
  expect(pickArm([{ to: 'a', weight: 7 }], 'x')).toBe('a')
})
