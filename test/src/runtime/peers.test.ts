import { describe, expect, it } from 'vitest'
import { createPeers } from '../../../src/runtime/peers.ts'

describe('createPeers', () => {
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
