import { afterEach, describe, expect, it, vi } from 'vitest'
import { canonicalPeer, watchClients } from '../../../src/control/client-watch.ts'
import { readConnections } from '../../../src/control/read-connections.ts'

vi.mock(import('../../../src/control/read-connections.ts'), () => ({ readConnections: vi.fn() }))
const open = vi.mocked(readConnections)

describe('watchClients', () => {
  afterEach(() => vi.resetAllMocks())

  /** What the edge is told in two looks at these peers with these connections open, in the first look and the second. */
  async function told(
    peers: string[] | Error,
    connections: string[] | null,
    first: string[] | null = connections,
  ): Promise<string[][]> {
    const end = new AbortController()
    const calls: string[][] = []
    let looks = 0
    open.mockImplementation(async () =>
      looks === 1 ? first && new Set(first) : connections && new Set(connections),
    )
    await watchClients(
      {
        listeners: [{ address: '127.0.0.1', port: 8443 }],
        async peers() {
          looks += 1
          if (looks === 2) end.abort()
          if (peers instanceof Error) throw peers
          return peers
        },
        async gone(list) {
          calls.push(list)
        },
      },
      end.signal,
    )
    return calls
  }

  it.each([
    { name: 'all there', peers: ['1.2.3.4:5'], connections: ['1.2.3.4:5', '9.9.9.9:9'], expected: [] },
    {
      name: 'one gone',
      peers: ['1.2.3.4:5', '1.2.3.4:6'],
      connections: ['1.2.3.4:5'],
      expected: [['1.2.3.4:6']],
    },
    { name: 'mapped address', peers: ['[::ffff:1.2.3.4]:5'], connections: ['1.2.3.4:5'], expected: [] },
    {
      name: 'named as the edge named it',
      peers: ['[::FFFF:1.2.3.4]:5'],
      connections: [],
      expected: [['[::FFFF:1.2.3.4]:5']],
    },
    { name: 'no peer known', peers: ['unknown'], connections: [], expected: [] },
    { name: 'a system without a table', peers: ['1.2.3.4:5'], connections: null, expected: [] },
    { name: 'an edge that does not answer', peers: new Error('refused'), connections: [], expected: [] },
  ])('$name', async ({ peers, connections, expected }) => {
    expect(await told(peers, connections)).toEqual(expected)
  })

  it('takes a peer that slipped through one look for there', async () => {
    expect(await told(['1.2.3.4:5'], ['1.2.3.4:5'], [])).toEqual([])
    expect(await told(['1.2.3.4:5'], [], ['1.2.3.4:5'])).toEqual([])
  })

  it('reads no table while nothing is in flight', async () => {
    await told([], [])
    expect(open).not.toHaveBeenCalled()
  })
})

describe('canonicalPeer', () => {
  it.each([
    ['[::ffff:192.0.2.1]:80', '192.0.2.1:80'],
    ['[2001:DB8::1]:80', '[2001:db8::1]:80'],
    ['[2001:db8:0:0:0:0:0:1]:80', '[2001:db8::1]:80'],
    ['[fe80::1%2]:80', '[fe80::1]:80'],
    ['unknown', 'unknown'],
    ['192.0.2.1:80', '192.0.2.1:80'],
  ])('%s is %s', (peer, canonical) => {
    expect(canonicalPeer(peer)).toBe(canonical)
  })
})
