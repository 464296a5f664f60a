import { describe, expect, it } from 'vitest'
import { createFailedKeys } from '../../../../src/pipeline/edge/failed-keys.ts'

const LIMIT = { count: 2, windowMs: 10_000 }

describe('createFailedKeys', () => {
  it('tells from the first failure beyond the limit how long the window lasts', () => {
    const failed = createFailedKeys()
    const waits = [0, 1, 2500, 9999].map((now) => failed.book('192.0.2.1', LIMIT, now))
    expect(waits).toEqual([null, null, 8, 1])
  })

  it('begins anew when the window is over', () => {
    const failed = createFailedKeys()
    const waits = [0, 0, 0, 10_000, 10_000, 10_000].map((now) => failed.book('192.0.2.1', LIMIT, now))
    expect(waits).toEqual([null, null, 10, null, null, 10])
  })

  it.each([
    { name: 'IPv4 and the same mapped into IPv6', a: '192.0.2.1', b: '::ffff:192.0.2.1', same: true },
    { name: 'two IPv4 addresses', a: '192.0.2.1', b: '192.0.2.2', same: false },
    { name: 'two IPv4 addresses, mapped', a: '::ffff:192.0.2.1', b: '::FFFF:192.0.2.2', same: false },
    { name: 'one IPv6 /64', a: '2001:db8:1:2::1', b: '2001:db8:1:2:aaaa:bbbb:cccc:dddd', same: true },
    { name: 'two IPv6 /64', a: '2001:db8:1:2::1', b: '2001:db8:1:3::1', same: false },
    { name: 'a /64 written with a gap', a: '2001:db8::1', b: '2001:db8:0:0:9::', same: true },
    { name: 'a gap in the front', a: '::1', b: '0:0:0:0:5:6:7:8', same: true },
    { name: 'no address at all', a: 'unknown', b: 'unknown', same: true },
  ])('counts $name together: $same', ({ a, b, same }) => {
    const failed = createFailedKeys()
    const limit = { count: 1, windowMs: 10_000 }
    expect(failed.book(a, limit, 0)).toBeNull()
    expect(failed.book(b, limit, 0)).toBe(same ? 10 : null)
  })

  it('forgets the address seen longest ago when there are too many', () => {
    const failed = createFailedKeys()
    const limit = { count: 1, windowMs: 10_000 }
    const address = (i: number): string => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`
    for (let i = 0; i < 10_000; i += 1) failed.book(address(i), limit, 0)
    expect(failed.book(address(0), limit, 0), 'still known, and now the newest').toBe(10)
    failed.book(address(10_000), limit, 0)
    expect(failed.book(address(1), limit, 0), 'pushed out').toBeNull()
    expect(failed.book(address(0), limit, 0), 'kept').toBe(10)
  })

  it('is news once per window, when the limit is passed', () => {
    const failed = createFailedKeys()
    const news = [0, 0, 0, 0, 10_000, 10_000, 10_000].map((now) => {
      failed.book('192.0.2.1', LIMIT, now)
      return failed.isNews('192.0.2.1', LIMIT)
    })
    expect(news).toEqual([false, false, true, false, false, false, true])
    expect(failed.isNews('192.0.2.2', LIMIT)).toBe(false)
  })
})
