import { expect, it } from 'vitest'
import { activate } from '../../../src/table/active-snapshot.ts'
import { makeSnapshot } from '../make-snapshot.ts'

it('turns digests into words, hosts into a set, and leaves the rest as it is', () => {
  const sha256 = 'ffffffff00000001800000007fffffff0123456789abcdeffedcba9876543210'
  const key = { client: 'crew', sha256, deprecatedAt: 1, expiresAt: 2 }
  const snapshot = makeSnapshot(undefined, { keys: [key], hosts: ['localhost', '::1'] })
  const active = activate(snapshot)
  expect(active.keys).toEqual([
    {
      ...key,
      words: Uint32Array.of(
        0xffffffff,
        1,
        0x80000000,
        0x7fffffff,
        0x01234567,
        0x89abcdef,
        0xfedcba98,
        0x76543210,
      ),
    },
  ])
  expect([...active.hosts]).toEqual(['localhost', '::1'])
  expect(active.table).toBe(snapshot.table)
  expect(active.backendKeys).toBe(snapshot.backendKeys)
})
