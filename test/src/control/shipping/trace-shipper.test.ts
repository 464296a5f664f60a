import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTraceShipper, type TraceShipper } from '../../../../src/control/shipping/trace-shipper.ts'
import type { TraceBatch, TraceSettlement } from '../../../../src/table/trace-outbox.ts'
import type { TraceDelivery } from '../../../../src/table/trace-sink.ts'
import { makeEntry } from '../../adapters/tracing/make-entry.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const NOTHING: TraceDelivery = {
  done: [],
  back: [],
  refused: [],
  dead: [],
  spansRefused: 0,
  inDoubt: 0,
  retryAfterMs: null,
  problem: null,
}

interface Rig {
  shipper: TraceShipper
  /** Traces that wait, by `seq`; those in doubt are marked as sent. */
  waiting: Map<number, { sent: boolean }>
  /** How the sink answers, one after the other; then it takes all. */
  answers: (Partial<TraceDelivery> | ((seqs: number[]) => Partial<TraceDelivery>))[]
  /** What was said of them: refused ones go behind all others. */
  refused: number[]
  /** Places for which text was asked. */
  places: Set<string | undefined>
  /** What it was sent, and when. */
  sent: { at: number; sink: string; seqs: number[] }[]
  sinkIs: (name: string | null) => void
  fails: (is: boolean) => void
  /** So many of a batch have text for another place. */
  withhold: (count: number) => void
  log: string[]
}

function rig(): Rig {
  const waiting = new Map<number, { sent: boolean }>()
  const answers: Rig['answers'] = []
  const sent: Rig['sent'] = []
  const aside: number[] = []
  const places: Rig['places'] = new Set()
  const log: string[] = []
  const start = Date.now()
  let name: string | null = 'one'
  let isDown = false
  let withheld = 0
  const next = (most: number): TraceBatch => {
    const seqs = [...waiting.keys()]
      .toSorted((a, b) => aside.indexOf(a) - aside.indexOf(b) || a - b)
      .slice(0, most)
    const sentBefore = seqs.filter((seq) => waiting.get(seq)?.sent).length
    for (const seq of seqs) waiting.set(seq, { sent: true })
    return {
      traces: seqs.map((seq) => makeEntry({ seq })),
      sentBefore,
      dropped: 0,
      ...(withheld > 0 && { withheld }),
    }
  }
  const settle = ({ done, back, refused, doubted = [], dead }: TraceSettlement): void => {
    for (const seq of [...done, ...dead.map((one) => one.seq)]) waiting.delete(seq)
    for (const seq of [...back, ...refused]) waiting.set(seq, { sent: false })
    aside.push(...refused, ...doubted)
  }
  const unlessDown = <T>(work: () => T): Promise<T> =>
    isDown ? Promise.reject(new Error('disk full')) : Promise.resolve(work())
  const shipper = createTraceShipper({
    kind: 'langfuse',
    outbox: {
      nextTraces: ({ most, place }) => {
        places.add(place)
        return unlessDown(() => next(most))
      },
      settleTraces: (_, settlement) => unlessDown(() => settle(settlement)),
      traceBacklog: () =>
        Promise.resolve({ waiting: waiting.size, oldestAt: null, dead: 0, lastDeath: null }),
    },
    sink: () => {
      if (name === null) return null
      const sink = name
      return {
        key: sink,
        place: sink,
        backlog: 1000,
        open: () => ({
          send: (traces) => {
            const seqs = traces.map(({ seq }) => seq)
            sent.push({ at: Date.now() - start, sink, seqs })
            const said = answers.shift() ?? { done: seqs }
            return Promise.resolve({ ...NOTHING, ...(typeof said === 'function' ? said(seqs) : said) })
          },
          close: () => Promise.resolve(),
        }),
      }
    },
    log: (level, line) => log.push(`${level}: ${line}`),
    random: () => 0,
  })
  return {
    shipper,
    waiting,
    answers,
    sent,
    refused: aside,
    places,
    sinkIs: (is) => void (name = is),
    fails: (is) => void (isDown = is),
    withhold: (count) => void (withheld = count),
    log,
  }
}

const seqs = (from: number, to: number): [number, { sent: boolean }][] =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i, { sent: false }])

function fill({ waiting }: Rig, from: number, to: number): void {
  for (const [seq, state] of seqs(from, to)) waiting.set(seq, state)
}

const back =
  (problem: string, retryAfterMs: number | null = null) =>
  (sent: number[]) => ({
    back: sent,
    problem,
    retryAfterMs,
  })

describe('createTraceShipper', () => {
  it('ships what is there in batches, oldest first, and rests', async () => {
    const my = rig()
    fill(my, 1, 2100)
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(1100)
    expect(my.sent.map((one) => [one.seqs[0], one.seqs.length])).toEqual([
      [1, 1000],
      [1001, 1000],
      [2001, 100],
    ])
    expect(await my.shipper.status()).toMatchObject({ waiting: 0, shipped: 2100, problem: null })
    await vi.advanceTimersByTimeAsync(600_000)
    expect(my.sent).toHaveLength(3)
  })

  it('takes along what comes meanwhile', async () => {
    const my = rig()
    fill(my, 1, 2)
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(1100)
    fill(my, 3, 3)
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(1100)
    expect(my.sent.map((one) => one.seqs)).toEqual([[1, 2], [3]])
  })

  it('waits longer each time, tells once, and delivers all when the sink is back', async () => {
    const my = rig()
    fill(my, 1, 2)
    my.answers.push(back('down'), back('down'), back('down'))
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(my.sent.map(({ at }) => at)).toEqual([1000, 1500, 2500, 4500])
    expect(my.log).toEqual([
      'warn: langfuse does not take traces, they wait: down',
      'info: langfuse takes traces again',
    ])
    expect(await my.shipper.status()).toMatchObject({ waiting: 0, shipped: 2, duplicatesPossible: 0 })
  })

  it.each(['doubt', 'back'] as const)('finds the one over which all fails, if they are %s', async (how) => {
    const my = rig()
    fill(my, 1, 3000)
    const poison = 342
    const spoilt = (sent: number[]): Partial<TraceDelivery> => {
      if (!sent.includes(poison)) return { done: sent }
      return how === 'back' ? { back: sent, problem: 'no' } : { inDoubt: sent.length, problem: 'no' }
    }
    my.answers.push(...Array.from({ length: 100 }, () => spoilt))
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(60_000)
    expect([...my.waiting.keys()]).toEqual([poison])
    expect(new Set(my.refused)).toEqual(new Set([poison]))
    expect(my.waiting.get(poison)).toEqual({ sent: how === 'doubt' })
  })

  it('tells once of a sink, and counts, what goes without its text', async () => {
    const my = rig()
    fill(my, 1, 3)
    my.withhold(2)
    my.answers.push(back('down'), back('down'))
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(my.log.filter((line) => line.includes('without their text'))).toHaveLength(1)
    expect(await my.shipper.status()).toMatchObject({ shipped: 3, textsWithheld: 2 })
    expect(my.places).toEqual(new Set(['one']))
  })

  it('is not hurried by new traces', async () => {
    const my = rig()
    fill(my, 1, 1)
    my.answers.push(back('too many', 60_000))
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(1100)
    for (let i = 0; i < 10; i += 1) {
      my.shipper.poke()
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(my.sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(my.sent).toHaveLength(2)
  })

  it('counts what the sink may have twice', async () => {
    const my = rig()
    fill(my, 1, 3)
    my.answers.push({ done: [1], inDoubt: 2, problem: 'no answer' })
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(5000)
    expect(my.sent.map((one) => one.seqs)).toEqual([
      [1, 2, 3],
      [2, 3],
    ])
    expect(await my.shipper.status()).toMatchObject({ shipped: 3, duplicatesPossible: 2 })
  })

  it('gives up what will never be taken', async () => {
    const my = rig()
    fill(my, 1, 2)
    my.answers.push({ done: [1], dead: [{ seq: 2, why: 'it answers 400' }] })
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(5000)
    expect(my.log).toEqual(['warn: 1 traces for langfuse are given up: it answers 400'])
    expect(my.waiting.size).toBe(0)
  })

  it('goes on when the database answers again', async () => {
    const my = rig()
    fill(my, 1, 1)
    my.fails(true)
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(1100)
    my.fails(false)
    await vi.advanceTimersByTimeAsync(1000)
    expect(my.sent).toHaveLength(1)
    expect(my.log[0]).toContain('disk full')
  })

  it('does nothing without a sink, and begins when there is one', async () => {
    const my = rig()
    fill(my, 1, 1)
    my.sinkIs(null)
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(1000)
    expect([my.sent, await my.shipper.status()]).toEqual([[], null])
    my.sinkIs('one')
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(1000)
    expect(my.sent).toHaveLength(1)
  })

  it('asks another sink at once', async () => {
    const my = rig()
    fill(my, 1, 1)
    my.answers.push(back('down', 300_000))
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(1000)
    my.sinkIs('two')
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(1100)
    expect(my.sent.map(({ sink }) => sink)).toEqual(['one', 'two'])
  })

  it('stops at once while it waits', async () => {
    const my = rig()
    fill(my, 1, 1)
    my.answers.push(back('down', 300_000))
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(1000)
    await my.shipper.stop()
    my.shipper.poke()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(my.sent).toHaveLength(1)
  })
})
