import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createPeers } from '../../../src/runtime/peers.ts'

/** Until a request is one that a client may leave. */
const OLD_MS = 100

beforeEach(() => {
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

describe('createPeers', () => {
  it('lists those only whose request has been in flight for a while', () => {
    const peers = createPeers()
    const forget = peers.add('a:1', () => {})
    vi.advanceTimersByTime(OLD_MS - 1)
    peers.add('b:1', () => {})
    peers.add('a:1', () => {})
    expect(peers.list()).toEqual([])
    vi.advanceTimersByTime(1)
    expect(peers.list()).toEqual(['a:1'])
    forget()
    expect(peers.list()).toEqual([])
    vi.advanceTimersByTime(OLD_MS - 1)
    expect(peers.list().toSorted()).toEqual(['a:1', 'b:1'])
  })

  it('calls every request of a peer that is gone, and of no other', async () => {
    const peers = createPeers()
    const called: string[] = []
    for (const [peer, name] of [
      ['a:1', 'first'],
      ['a:1', 'second'],
      ['b:1', 'other'],
    ] as const) {
      peers.add(peer, () => called.push(name))
    }
    peers.gone(['a:1', 'never-seen:1'])
    await Promise.resolve()
    expect(called).toEqual(['first', 'second'])
  })

  it('forgets a request that has ended', async () => {
    const peers = createPeers()
    const called: string[] = []
    const forget = peers.add('a:1', () => called.push('ended'))
    peers.add('a:1', () => called.push('next'))
    forget()
    vi.advanceTimersByTime(OLD_MS)
    expect(peers.list()).toEqual(['a:1'])
    peers.gone(['a:1'])
    await Promise.resolve()
    expect(called).toEqual(['next'])
  })

  it('lists a peer no longer than it has requests', () => {
    const peers = createPeers()
    const forget = peers.add('a:1', () => {})
    forget()
    forget()
    vi.advanceTimersByTime(OLD_MS)
    expect(peers.list()).toEqual([])
  })

  it('keeps the request that came on the port of one before', async () => {
    const peers = createPeers()
    const called: string[] = []
    const forget = peers.add('a:1', () => called.push('ended'))
    forget()
    peers.add('a:1', () => called.push('next'))
    forget()
    peers.gone(['a:1'])
    await Promise.resolve()
    expect(called).toEqual(['next'])
  })
})
