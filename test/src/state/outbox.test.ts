import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createOutbox,
  FULL_BATCH,
  MOST_UNDER_WAY,
  MOST_WAITING,
  type Outbox,
  type OutgoingBatch,
} from '../../../src/state/outbox.ts'
import type { TraceText } from '../../../src/table/trace-text.ts'
import { makeRecord } from '../make-record.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** `slow` answers when it is told to. */
type Answer = 'taken' | 'refused' | 'down' | 'silent' | 'slow'

interface Rig {
  outbox: Outbox
  /** Ids of each delivery, refused and failed ones included. */
  sent: string[][]
  batches: OutgoingBatch[]
  dropped: number[]
  begun: () => number
  answer: (next: Answer) => void
  /** By batch that was slow, in the order in which they were sent. */
  slow: PromiseWithResolvers<boolean>[]
}

function rig(): Rig {
  let current: Answer = 'taken'
  let begun = 0
  const sent: string[][] = []
  const batches: OutgoingBatch[] = []
  const dropped: number[] = []
  const slow: PromiseWithResolvers<boolean>[] = []
  const ship = (batch: OutgoingBatch): Promise<boolean> => {
    sent.push(batch.records.map(({ id }) => id))
    batches.push(batch)
    dropped.push(batch.dropped)
    if (current === 'silent') return new Promise(() => {})
    if (current === 'slow') {
      const answered = Promise.withResolvers<boolean>()
      slow.push(answered)
      return answered.promise
    }
    return current === 'down' ? Promise.reject(new Error('down')) : Promise.resolve(current === 'taken')
  }
  const defer = (): void => void (begun += 1)
  const answer = (next: Answer): void => void (current = next)
  return { outbox: createOutbox({ ship, defer }), sent, batches, dropped, begun: () => begun, answer, slow }
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
    put(outbox, FULL_BATCH)
    await vi.advanceTimersByTimeAsync(0)
    expect(sent.map((ids) => ids.length)).toEqual([FULL_BATCH])
  })

  describe('with text for traces', () => {
    const said = (length: number): TraceText => ({
      content: 'full',
      sinks: ['otlp'],
      input: [{ role: 'user', content: 'x'.repeat(length) }],
      output: [],
    })

    it('sends no more text at once than somebody can read', async () => {
      const { outbox, sent } = rig()
      for (let i = 0; i < 5; i += 1) outbox.record(makeRecord({ id: `${i}`, text: said(900_000) }))
      await vi.advanceTimersByTimeAsync(1000)
      expect(sent).toEqual([['0', '1'], ['2', '3'], ['4']])
    })

    it('keeps the records and leaves text out, and says so, while too much of it waits', async () => {
      const { outbox, batches, answer } = rig()
      answer('down')
      for (let i = 0; i < 20; i += 1) outbox.record(makeRecord({ id: `${i}`, text: said(1_000_000) }))
      answer('taken')
      await vi.advanceTimersByTimeAsync(10_000)
      const texts = batches.flatMap(({ records }) => records.map(({ text }) => text?.input[0]?.content ?? ''))
      expect(texts.map((text) => text.startsWith('xxx'))).toEqual(
        Array.from({ length: 20 }, (_, i) => i < 16),
      )
      expect(texts.at(-1)).toBe('[text of which too much waits, not kept]')
      outbox.record(makeRecord({ id: 'later', text: said(10) }))
      await vi.advanceTimersByTimeAsync(100)
      expect(batches.at(-1)?.records[0]?.text).toEqual(said(10))
    })
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

  describe('while whoever takes them is slow', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const

    it('sends on, a few batches at once, and all that waits once one of them is taken', async () => {
      const { outbox, sent, answer, slow } = rig()
      answer('slow')
      for (const name of names) {
        put(outbox, 1, name)
        await vi.advanceTimersByTimeAsync(50)
      }
      expect(sent).toEqual([['a0'], ['b0'], ['c0'], ['d0']])
      expect(sent).toHaveLength(MOST_UNDER_WAY)
      expect(outbox.counts()).toEqual({ waiting: 6, dropped: 0 })
      slow[2]?.resolve(true)
      await vi.advanceTimersByTimeAsync(40)
      expect(sent.slice(4)).toEqual([['e0', 'f0']])
      for (const one of slow) one.resolve(true)
      await vi.advanceTimersByTimeAsync(0)
      expect(outbox.counts()).toEqual({ waiting: 0, dropped: 0 })
      expect(vi.getTimerCount()).toBe(0)
    })

    it('asks once after each pause when it then fails, whatever was under way, and loses nothing', async () => {
      const { outbox, sent, answer, slow } = rig()
      answer('slow')
      for (const name of names.slice(0, 4)) {
        put(outbox, 1, name)
        await vi.advanceTimersByTimeAsync(50)
      }
      answer('down')
      for (const one of slow) one.reject(new Error('down'))
      put(outbox, 1, 'e')
      await vi.advanceTimersByTimeAsync(60_000)
      // Pauses of 1, 2, 2 s and so on, not four at once.
      expect(sent.length).toBeLessThan(40)
      answer('taken')
      await vi.advanceTimersByTimeAsync(3000)
      expect(sent.at(-1)?.toSorted()).toEqual(['a0', 'b0', 'c0', 'd0', 'e0'])
      expect(outbox.counts()).toEqual({ waiting: 0, dropped: 0 })
    })

    it('gives nothing twice to who takes it late, and counts it once', async () => {
      const { outbox, sent, answer, slow } = rig()
      answer('slow')
      put(outbox, 1, 'a')
      await vi.advanceTimersByTimeAsync(16_000)
      answer('taken')
      put(outbox, 1, 'b')
      await vi.advanceTimersByTimeAsync(100)
      expect(sent).toEqual([['a0'], ['a0', 'b0']])
      slow[0]?.resolve(true)
      await vi.advanceTimersByTimeAsync(100)
      expect(outbox.counts()).toEqual({ waiting: 0, dropped: 0 })
    })
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

  it('sends anew what went under with the request that shipped it', async () => {
    const { outbox, sent, begun, answer } = rig()
    answer('silent')
    put(outbox, 1, 'a')
    await vi.advanceTimersByTimeAsync(14_000)
    answer('taken')
    put(outbox, 1, 'b')
    await vi.advanceTimersByTimeAsync(2000)
    expect(sent).toEqual([['a0'], ['b0']])
    put(outbox, 1, 'c')
    await vi.advanceTimersByTimeAsync(100)
    expect(sent.slice(2)).toEqual([['a0', 'c0']])
    expect(begun()).toBe(3)
    expect(outbox.counts().waiting).toBe(0)
  })
})
