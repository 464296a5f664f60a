import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createOutbox, MOST_WAITING, type Outbox, type OutgoingBatch } from '../../../src/state/outbox.ts'
import { makeRecord } from '../make-record.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Answer = 'taken' | 'refused' | 'down' | 'silent'

interface Rig {
  outbox: Outbox
  /** Ids of each delivery, refused and failed ones included. */
  sent: string[][]
  dropped: number[]
  begun: () => number
  answer: (next: Answer) => void
}

function rig(): Rig {
  let current: Answer = 'taken'
  let begun = 0
  const sent: string[][] = []
  const dropped: number[] = []
  const ship = (batch: OutgoingBatch): Promise<boolean> => {
    sent.push(batch.records.map(({ id }) => id))
    dropped.push(batch.dropped)
    if (current === 'silent') return new Promise(() => {})
    return current === 'down' ? Promise.reject(new Error('down')) : Promise.resolve(current === 'taken')
  }
  const defer = (): void => void (begun += 1)
  const answer = (next: Answer): void => void (current = next)
  return { outbox: createOutbox({ ship, defer }), sent, dropped, begun: () => begun, answer }
}

function put(outbox: Outbox, count: number, prefix = ''): void {
  for (let i = 0; i < count; i += 1) outbox.record(makeRecord({ id: `${prefix}${i}` }))
}

describe('createOutbox', () => {
  it('lets records wait 40 ms for others and sends them as one', async () => {
    const { outbox, sent, begun } = rig()
    put(outbox, 2, 'a')
    await vi.advanceTimersByTimeAsync(39)
    put(outbox, 1, 'b')
    expect(sent).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(sent).toEqual([['a0', 'a1', 'b0']])
    expect(outbox.counts()).toEqual({ waiting: 0, dropped: 0 })
    expect(begun()).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not wait longer when 256 are there', async () => {
    const { outbox, sent } = rig()
    put(outbox, 256)
    await vi.advanceTimersByTimeAsync(0)
    expect(sent.map((ids) => ids.length)).toEqual([256])
  })

  it('begins anew for what comes later', async () => {
    const { outbox, sent, begun } = rig()
    put(outbox, 1, 'a')
    await vi.advanceTimersByTimeAsync(100)
    put(outbox, 1, 'b')
    await vi.advanceTimersByTimeAsync(100)
    expect(sent).toEqual([['a0'], ['b0']])
    expect(begun()).toBe(2)
  })

  it('keeps what was not taken and sends it again with what has come meanwhile', async () => {
    const { outbox, sent, begun, answer } = rig()
    answer('down')
    put(outbox, 1, 'a')
    await vi.advanceTimersByTimeAsync(100)
    put(outbox, 1, 'b')
    expect(outbox.counts()).toEqual({ waiting: 2, dropped: 0 })
    answer('taken')
    await vi.advanceTimersByTimeAsync(100)
    expect(sent).toEqual([['a0'], ['a0', 'b0']])
    expect(outbox.counts().waiting).toBe(0)
    expect(begun()).toBe(1)
  })

  it('keeps 10,000 while nobody takes them, drops what comes beyond, and says how many', async () => {
    const { outbox, dropped, answer, sent } = rig()
    answer('down')
    put(outbox, MOST_WAITING + 7)
    expect(outbox.counts()).toEqual({ waiting: MOST_WAITING, dropped: 7 })
    await vi.advanceTimersByTimeAsync(10_000)
    const tries = sent.length
    answer('taken')
    await vi.advanceTimersByTimeAsync(3000)
    expect(new Set(sent.slice(tries).flat()).size).toBe(MOST_WAITING)
    expect(dropped.at(-1)).toBe(7)
    expect(outbox.counts()).toEqual({ waiting: 0, dropped: 7 })
  })

  it('gives up what is refused for good, and counts it', async () => {
    const { outbox, sent, answer } = rig()
    answer('refused')
    put(outbox, 3)
    await vi.advanceTimersByTimeAsync(5000)
    expect(sent).toHaveLength(1)
    expect(outbox.counts()).toEqual({ waiting: 0, dropped: 3 })
  })

  it('is taken over when the request that shipped has gone under', async () => {
    const { outbox, sent, begun, answer } = rig()
    answer('silent')
    put(outbox, 1, 'a')
    await vi.advanceTimersByTimeAsync(14_000)
    put(outbox, 1, 'b')
    expect(begun()).toBe(1)
    answer('taken')
    await vi.advanceTimersByTimeAsync(2000)
    put(outbox, 1, 'c')
    expect(begun()).toBe(2)
    await vi.advanceTimersByTimeAsync(100)
    expect(sent).toEqual([['a0'], ['a0', 'b0', 'c0']])
    expect(outbox.counts().waiting).toBe(0)
  })
})
