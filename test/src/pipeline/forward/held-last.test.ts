import { expect, it } from 'vitest'
import { heldLast } from '../../../../src/pipeline/forward/held-last.ts'
import { createHealth } from '../../../../src/pipeline/forward/health.ts'
import { activate } from '../../../../src/table/active-snapshot.ts'
import type { Target } from '../../../../src/table/route-table.ts'
import { BREAKER, makeBackend, makeSnapshot, makeTable, makeTarget } from '../../make-snapshot.ts'

const names = ['a', 'b', 'c', 'd']
const targets: Target[] = names.map((backend) => makeTarget({ backend }))
const table = makeTable({
  breaker: { ...BREAKER, minimum: 1 },
  backends: Object.fromEntries(
    names.map((name) => [name, makeBackend({ origin: `http://${name}.test:80` })]),
  ),
})
const snapshot = activate(makeSnapshot(table))

it.each([
  { name: 'keeps the order where nothing is held', held: [], order: ['a', 'b', 'c', 'd'] },
  { name: 'puts off what is held', held: ['a', 'c'], order: ['b', 'd', 'a', 'c'] },
  { name: 'drops nothing, not even when all are held', held: names, order: names },
])('$name', ({ held, order }) => {
  const health = createHealth()
  for (const backend of held) health.begin(table, makeTarget({ backend }))('error')
  expect([...heldLast({ health, snapshot }, targets)].map(({ backend }) => backend)).toEqual(order)
})

it('looks when the turn of a target comes', () => {
  const health = createHealth()
  const order: string[] = []
  for (const target of heldLast({ health, snapshot }, targets)) {
    order.push(target.backend)
    if (order.length === 1) health.begin(table, makeTarget({ backend: 'b' }))('error')
  }
  expect(order).toEqual(['a', 'c', 'd', 'b'])
})
