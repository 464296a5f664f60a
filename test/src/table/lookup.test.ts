import { expect, it } from 'vitest'
import { lookup } from '../../../src/table/lookup.ts'

const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

it.each(INHERITED)('lookup finds no inherited %s', (name) => {
  expect(lookup({ a: 1 }, name)).toBeUndefined()
  expect(lookup(JSON.parse(`{"${name}":1}`) as Record<string, number>, name)).toBe(1)
})
