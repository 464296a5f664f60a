import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createSharedState,
  type SharedPlace,
  type SharedStateControl,
} from '../../../src/control/shared-state.ts'
import type { Finished } from '../../../src/table/usage-book.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const HERE: SharedPlace = { url: 'redis://here', prefix: 'aicc' }

interface Rig {
  shared: SharedStateControl
  move: (to: SharedPlace | null | undefined) => void
  /** Redis answers, for the first time or again. */
  ready: () => void
  /** What this node has booked. */
  booked: { used: number }
  /** What budgets were raised to, each time that Redis was asked to. */
  raised: number[]
  down: (is: boolean) => void
  /** `open URL PREFIX`, `close URL`. */
  connections: string[]
  /** Ids of each time that Redis was told of requests, also where it did not answer. */
  told: string[][]
  /** Ids that Redis was told to void, also where it did not answer. */
  cancelled: string[]
  log: string[]
}

function rig(): Rig {
  let place: SharedPlace | null | undefined = HERE
  let ready = (): void => {}
  const booked = { used: 0 }
  const raised: number[] = []
  let isDown = false
  const connections: string[] = []
  const told: string[][] = []
  const cancelled: string[] = []
  const log: string[] = []
  const shared = createSharedState({
    place: () => place,
    booked: () => Promise.resolve({ budget: { day: { used: booked.used, endsAt: 1 } } }),
    connect: ({ url, prefix }, onReady) => {
      connections.push(`open ${url} ${prefix}`)
      ready = onReady
      return {
        ledger: {
          reserve: () => Promise.resolve({ granted: true, standings: [] }),
          settle: () => Promise.resolve(),
          cancel: (id) => {
            cancelled.push(id)
            return isDown ? Promise.reject(new Error('down')) : Promise.resolve()
          },
          finish: (finished) => {
            told.push(finished.map(({ id }) => id))
            return isDown ? Promise.reject(new Error('down')) : Promise.resolve()
          },
        },
        ping: () => Promise.resolve(),
        raise: (budgets) => {
          if (isDown) return Promise.reject(new Error('down'))
          raised.push(budgets['budget']?.['day']?.used ?? 0)
          return Promise.resolve()
        },
        close: () => void connections.push(`close ${url}`),
      }
    },
    log: (level, line) => log.push(`${level}: ${line}`),
  })
  return {
    shared,
    connections,
    told,
    cancelled,
    log,
    booked,
    raised,
    ready: () => ready(),
    move: (to) => {
      place = to
    },
    down: (is) => {
      isDown = is
    },
  }
}

function ended(...ids: string[]): () => Finished[] {
  return () => ids.map((id) => ({ id, charges: [] }))
}

describe('createSharedState', () => {
  it('connects once to the Redis that the policy in force names, and follows it', () => {
    const { shared, connections, move } = rig()
    expect(shared.ledger()).toBe(shared.ledger())
    move({ url: 'redis://there', prefix: 'aicc' })
    expect(shared.ledger()).not.toBeNull()
    move({ url: 'redis://there', prefix: 'other' })
    expect(shared.ledger()).not.toBeNull()
    move(null)
    expect(shared.ledger()).toBeNull()
    expect(connections).toEqual([
      'open redis://here aicc',
      'close redis://here',
      'open redis://there aicc',
      'close redis://there',
      'open redis://there other',
      'close redis://there',
    ])
  })

  it('tells of requests that have ended, again until it is heard, with what has come meanwhile', async () => {
    const { shared, told, down } = rig()
    down(true)
    shared.finish(ended('a'))
    await vi.advanceTimersByTimeAsync(0)
    shared.finish(ended('b'))
    await vi.advanceTimersByTimeAsync(1000)
    down(false)
    await vi.advanceTimersByTimeAsync(1000)
    expect(told).toEqual([['a'], ['a', 'b'], ['a', 'b']])
    shared.finish(ended('c'))
    await vi.advanceTimersByTimeAsync(0)
    expect(told.at(-1)).toEqual(['c'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('voids reservations that nobody waits for, again until it is heard, before all else', async () => {
    const { shared, told, cancelled, down } = rig()
    shared.cancel('a')
    await vi.advanceTimersByTimeAsync(0)
    expect(cancelled).toEqual(['a'])
    down(true)
    shared.cancel('b')
    shared.finish(ended('c'))
    await vi.advanceTimersByTimeAsync(0)
    shared.cancel('d')
    expect(told).toEqual([])
    down(false)
    await vi.advanceTimersByTimeAsync(1000)
    expect(cancelled).toEqual(['a', 'b', 'b', 'd'])
    expect(told).toEqual([['c']])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('voids nothing where nothing is shared, and no more than 10,000 while Redis is away', async () => {
    const { shared, cancelled, move, down } = rig()
    move(null)
    shared.cancel('a')
    move(HERE)
    down(true)
    for (let i = 0; i < 10_003; i += 1) shared.cancel(`${i}`)
    await vi.advanceTimersByTimeAsync(0)
    down(false)
    cancelled.length = 0
    await vi.advanceTimersByTimeAsync(1000)
    expect(cancelled).toHaveLength(10_000)
    expect(cancelled).not.toContain('a')
  })

  it('keeps nothing for a Redis that is not there by policy', async () => {
    const { shared, told, move } = rig()
    move(null)
    shared.finish(ended('a'))
    move(HERE)
    shared.finish(ended('b'))
    await vi.advanceTimersByTimeAsync(0)
    expect(told).toEqual([['b']])
  })

  it('asks nobody what has ended where nothing is shared', () => {
    const { shared, move } = rig()
    move(null)
    shared.finish(() => {
      throw new Error('asked')
    })
  })

  it('keeps what ends before a policy is in force for the Redis that it names', async () => {
    const { shared, told, move } = rig()
    move(undefined)
    shared.finish(ended('a'))
    await vi.advanceTimersByTimeAsync(3000)
    expect(told).toEqual([])
    move(HERE)
    await vi.advanceTimersByTimeAsync(1000)
    expect(told).toEqual([['a']])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('forgets what ended before a policy that shares nothing', async () => {
    const { shared, told, move } = rig()
    move(undefined)
    shared.finish(ended('a'))
    move(null)
    await vi.advanceTimersByTimeAsync(1000)
    move(HERE)
    shared.finish(ended('b'))
    await vi.advanceTimersByTimeAsync(0)
    expect(told).toEqual([['b']])
  })

  it('raises budgets to what is booked when Redis answers, and again when it is back', async () => {
    const { shared, booked, raised, ready } = rig()
    shared.ledger()
    booked.used = 5
    ready()
    await vi.advanceTimersByTimeAsync(0)
    expect(raised).toEqual([5])
    booked.used = 7
    shared.finish(ended('a'))
    await vi.advanceTimersByTimeAsync(0)
    expect(raised).toEqual([5])
    ready()
    await vi.advanceTimersByTimeAsync(0)
    expect(raised).toEqual([5, 7])
  })

  it('raises them after it has told of what is booked already, so that nothing counts twice', async () => {
    const { shared, booked, raised, told, ready, down } = rig()
    down(true)
    shared.finish(ended('a'))
    await vi.advanceTimersByTimeAsync(0)
    booked.used = 5
    ready()
    await vi.advanceTimersByTimeAsync(1000)
    expect(raised).toEqual([])
    down(false)
    await vi.advanceTimersByTimeAsync(1000)
    expect(told.at(-1)).toEqual(['a'])
    expect(raised).toEqual([5])
  })

  it('keeps 10,000 while Redis is away, and says once that others are not counted', async () => {
    const { shared, told, down, log } = rig()
    down(true)
    for (let i = 0; i < 10_003; i += 1) shared.finish(ended(`${i}`))
    down(false)
    await vi.advanceTimersByTimeAsync(1000)
    expect(told.at(-1)).toHaveLength(10_000)
    expect(log).toEqual([
      'warn: more than 10000 requests wait for Redis: what others used is not counted there',
    ])
  })

  it('ends with its connection', async () => {
    const { shared, connections, down } = rig()
    down(true)
    shared.finish(ended('a'))
    await vi.advanceTimersByTimeAsync(0)
    shared.close()
    expect(vi.getTimerCount()).toBe(0)
    expect(connections.at(-1)).toBe('close redis://here')
  })
})
