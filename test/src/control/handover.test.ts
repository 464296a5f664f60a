import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHandover, type CountingEdge, type Handover } from '../../../src/control/handover.ts'
import type { LedgerState } from '../../../src/table/ledger-state.ts'
import type { BookState, Booked, KeptBatch } from '../../../src/table/usage-book.ts'
import { rejectionOf } from '../error-of.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const EMPTY: LedgerState = { rates: {}, budgets: {} }

function booked(key: string): Booked {
  return [{ charge: { kind: 'lease', key, limit: 1 }, used: 1 }]
}

interface Rig {
  handover: Handover
  /** What each edge was told, as `edge: keys`. */
  told: string[]
  log: string[]
  /** A batch of one record, charged for `key`. */
  send: (edge: string, key: string) => Promise<void>
  launch: (name: string, whileStarting?: () => Promise<unknown>) => Promise<CountingEdge>
  fail: { state?: boolean; keep?: string | null; book?: number }
}

function rig(): Rig {
  const fail: Rig['fail'] = {}
  const told: string[] = []
  const log: string[] = []
  let seq = 0
  const keys: string[] = []
  const store = {
    keep(): Promise<KeptBatch> {
      if (fail.keep) return Promise.reject(new Error(fail.keep))
      seq += 1
      return Promise.resolve({ seq, fresh: booked(keys.at(-1) ?? '') })
    },
    state(): Promise<BookState> {
      if (fail.state) return new Promise(() => {})
      return Promise.resolve({ seq, ledger: EMPTY })
    },
  }
  const handover = createHandover(store, (level, line) => log.push(`${level}: ${line}`))
  return {
    handover,
    told,
    log,
    fail,
    send: (edge, key) => {
      keys.push(key)
      return handover.keep({ edge, dropped: 0, packed: '' })
    },
    launch: (name, whileStarting) =>
      handover.launch(async () => {
        await whileStarting?.()
        return {
          name,
          book: (charges) => {
            if (fail.book) {
              fail.book -= 1
              return Promise.reject(new Error('busy'))
            }
            told.push(`${name}: ${charges.map(({ charge }) => charge.key).join()}`)
            return Promise.resolve()
          },
        }
      }),
  }
}

describe('createHandover', () => {
  it('tells an edge of the records of others, and not of its own', async () => {
    const { launch, send, told } = rig()
    await launch('b')
    await send('a', 'late')
    await send('b', 'own')
    expect(told).toEqual(['b: late'])
  })

  it('tells a new edge what came while it started, once', async () => {
    const { launch, send, told } = rig()
    await launch('a')
    await send('a', 'before')
    await launch('b', async () => {
      await send('a', 'meanwhile')
      await send('older', 'as well')
      await send('b', 'own')
    })
    await send('a', 'after')
    expect(told.filter((line) => line.startsWith('b'))).toEqual(['b: meanwhile,as well', 'b: after'])
  })

  it('forgets what came while an edge did not start: the next begins with it', async () => {
    const { handover, launch, send, told } = rig()
    const broken = handover.launch(async () => {
      await send('a', 'meanwhile')
      throw new Error('no')
    })
    expect(await rejectionOf(broken)).toEqual(new Error('no'))
    await launch('b')
    expect(told).toEqual([])
  })

  it('tells again when the edge did not take it, three times in all', async () => {
    const { launch, send, told, fail, log } = rig()
    await launch('b')
    fail.book = 2
    await send('a', 'one')
    await vi.advanceTimersByTimeAsync(1000)
    expect(told).toEqual(['b: one'])
    fail.book = 3
    await send('a', 'two')
    await vi.advanceTimersByTimeAsync(5000)
    expect(told).toEqual(['b: one'])
    expect(log).toEqual(['warn: late records are not counted: busy'])
  })

  it('starts an edge without what was used when the disk does not answer, and says so', async () => {
    const { handover, launch, fail, log, send, told } = rig()
    fail.state = true
    const starting = launch('a', () => send('older', 'meanwhile'))
    await vi.advanceTimersByTimeAsync(2000)
    await starting
    expect(handover.ledger()).toEqual(EMPTY)
    expect(log[0]).toContain('without what was used before: the database has not answered within 2000 ms')
    expect(told).toEqual(['a: meanwhile'])
  })

  it('says once that records are not kept, shows it, and says when they are again', async () => {
    const { handover, send, fail, log } = rig()
    fail.keep = 'database or disk is full'
    for (const key of ['x', 'y']) expect(await rejectionOf(send('a', key))).toEqual(new Error(fail.keep))
    expect(handover.status()).toEqual({ dropped: 0, problem: 'database or disk is full' })
    fail.keep = null
    await send('a', 'x')
    expect(handover.status()).toEqual({ dropped: 0, problem: null })
    expect(log).toEqual([
      'error: records of requests are not kept, the edge holds them back: database or disk is full',
      'info: records of requests are kept again',
    ])
  })

  it('sums up what each edge says it has dropped in all', async () => {
    const { handover } = rig()
    await handover.keep({ edge: 'a', dropped: 2, packed: '' })
    await handover.keep({ edge: 'a', dropped: 5, packed: '' })
    await handover.keep({ edge: 'b', dropped: 1, packed: '' })
    expect(handover.status().dropped).toBe(6)
  })
})
