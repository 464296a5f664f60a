import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase, type Database } from '../../../src/adapters/sqlite/open-database.ts'
import { createTraceOutbox } from '../../../src/state/trace-outbox.ts'
import { createUsageBook, RECORDS_KEPT_MS, USAGE_MIGRATIONS } from '../../../src/state/usage-book.ts'
import { packRecords } from '../../../src/table/packed-records.ts'
import type { TraceOutbox, TraceSettlement } from '../../../src/table/trace-outbox.ts'
import type { SinkKind } from '../../../src/table/trace-policy.ts'
import type { UsageBook } from '../../../src/table/usage-book.ts'
import { makeRecord, NOON } from '../make-record.ts'

interface Rig {
  outbox: TraceOutbox
  /** Records of these ids; what begins with `-` shall have no trace. */
  keep: (...ids: string[]) => void
  /** Ids of the next traces. */
  next: (most?: number, backlog?: number) => string[]
  settle: (settlement: Partial<TraceSettlement>) => void
  database: Database
  book: UsageBook
}

function rig(): Rig {
  const database = openDatabase(':memory:', USAGE_MIGRATIONS)
  onTestFinished(() => database.close())
  const book = createUsageBook(database)
  const outbox = createTraceOutbox(database)
  return {
    database,
    book,
    outbox,
    keep(...ids) {
      const records = ids.map((id, i) =>
        makeRecord({ id, endedAt: NOON + i, ...(!id.startsWith('-') && { traced: ['langfuse'] }) }),
      )
      book.keep(packRecords(records))
    },
    next: (most = 10, backlog = 100) =>
      outbox.nextTraces({ sink: 'langfuse', most, backlog }).traces.map(({ id }) => id),
    settle: (settlement) =>
      outbox.settleTraces('langfuse', { done: [], back: [], refused: [], dead: [], ...settlement }),
  }
}

describe('createTraceOutbox', () => {
  it('hands out what was kept with a trace, once for each record, oldest first', () => {
    const { keep, next, settle } = rig()
    keep('a', '-b', 'c')
    keep('c', 'd')
    expect(next()).toEqual(['a', 'c', 'd'])
    settle({ done: [1, 3] })
    keep('a', 'c')
    expect(next()).toEqual(['d'])
  })

  it('gives the whole record', () => {
    const { outbox, keep } = rig()
    keep('a')
    const [trace] = outbox.nextTraces({ sink: 'langfuse', most: 1, backlog: 1 }).traces
    expect(trace).toMatchObject({ seq: 1, id: 'a', client: 'crew', cost: 1_000_000, inputTokens: 100 })
  })

  it('tells what was sent without a word of what became of it', () => {
    const { outbox, keep, settle } = rig()
    const sentBefore = (): number =>
      outbox.nextTraces({ sink: 'langfuse', most: 10, backlog: 100 }).sentBefore
    keep('a', 'b', 'c')
    expect(sentBefore()).toBe(0)
    settle({ back: [1], refused: [2] })
    expect(sentBefore()).toBe(1)
    // The third may be there from the first time, whatever is said of the second.
    settle({ back: [1, 2, 3] })
    expect(sentBefore()).toBe(1)
    settle({ refused: [1, 2, 3] })
    expect(sentBefore()).toBe(1)
    settle({ done: [3], back: [1, 2] })
    expect(sentBefore()).toBe(0)
  })

  it('gives up what never will be taken, and what was refused ten times while others were taken', () => {
    const { outbox, keep, settle } = rig()
    keep('a', 'b', ...Array.from({ length: 20 }, (_, i) => `c${i}`))
    settle({ dead: [{ seq: 1, why: 'too large' }] })
    for (let i = 0; i < 10; i += 1) settle({ done: [3 + i], refused: [2] })
    expect(outbox.traceBacklog('langfuse')).toMatchObject({ waiting: 11, dead: 1 })
    settle({ done: [13], refused: [2] })
    expect(outbox.traceBacklog('langfuse')).toEqual({
      waiting: 9,
      oldestAt: NOON + 13,
      dead: 2,
      lastDeath: 'refused 10 times while others were taken',
    })
  })

  it('gives nothing up that was refused for hours, as long as nothing is taken', () => {
    const { outbox, keep, next, settle } = rig()
    keep('a', 'b', 'c')
    for (let i = 0; i < 1000; i += 1) {
      const [first] = outbox.nextTraces({ sink: 'langfuse', most: 10, backlog: 100 }).traces
      settle({ refused: [first?.seq ?? 0] })
    }
    expect(outbox.traceBacklog('langfuse')).toMatchObject({ waiting: 3, dead: 0 })
    const rest = next()
    settle({ done: [2, 3] })
    expect([...rest, ...next()]).toEqual(['b', 'c', 'a'])
  })

  it('lets all others go before what was refused', () => {
    const { outbox, keep, next, settle } = rig()
    keep('a', 'b', 'c')
    settle({ refused: [1] })
    const before = outbox.nextTraces({ sink: 'langfuse', most: 10, backlog: 100 })
    expect(before).toMatchObject({ traces: [{ id: 'b' }, { id: 'c' }], more: true })
    settle({ refused: [2], back: [3] })
    expect(next()).toEqual(['c'])
    settle({ refused: [3] })
    // All had their turn: it goes round again.
    expect(next()).toEqual(['a', 'b', 'c'])
    settle({ refused: [1], done: [2, 3] })
    keep('d')
    expect(next()).toEqual(['d'])
    settle({ done: [4] })
    const last = outbox.nextTraces({ sink: 'langfuse', most: 10, backlog: 100 })
    expect(last.traces.map(({ id }) => id)).toEqual(['a'])
    expect(last.more).toBeUndefined()
  })

  it('lets others go before what is in doubt, and does not forget that it is', () => {
    const { outbox, keep, next, settle } = rig()
    keep('a', 'b')
    expect(next(1)).toEqual(['a'])
    settle({ doubted: [1] })
    expect(next()).toEqual(['b'])
    settle({ done: [2] })
    expect(outbox.nextTraces({ sink: 'langfuse', most: 10, backlog: 100 })).toMatchObject({
      traces: [{ id: 'a' }],
      sentBefore: 1,
    })
  })

  it('does not take what stands aside for sent', () => {
    const { outbox, keep, settle } = rig()
    keep('a', 'b')
    settle({ refused: [1] })
    outbox.nextTraces({ sink: 'langfuse', most: 10, backlog: 100 })
    settle({ done: [2] })
    expect(outbox.nextTraces({ sink: 'langfuse', most: 10, backlog: 100 }).sentBefore).toBe(0)
  })

  it('drops the oldest of too many, and says how many', () => {
    const { outbox, keep, next } = rig()
    keep('a', 'b', 'c', 'd', 'e')
    expect(outbox.nextTraces({ sink: 'langfuse', most: 1, backlog: 3 })).toMatchObject({
      dropped: 2,
      traces: [{ id: 'c' }],
    })
    expect(next()).toEqual(['c', 'd', 'e'])
    expect(outbox.nextTraces({ sink: 'langfuse', most: 1, backlog: 3 }).dropped).toBe(0)
  })

  it('forgets traces with their records', () => {
    const { database, outbox, keep, settle } = rig()
    keep('a', 'b', 'c')
    settle({ dead: [{ seq: 1, why: 'too large' }] })
    createUsageBook(database).prune(NOON + RECORDS_KEPT_MS + 1)
    // The last record stays.
    expect(outbox.traceBacklog('langfuse')).toMatchObject({ waiting: 1, dead: 0, lastDeath: null })
  })

  it('keeps what waits for one sink apart from what waits for another', () => {
    const { book, outbox, settle } = rig()
    const records = [
      makeRecord({ id: 'a', traced: ['langfuse', 'otlp'] }),
      makeRecord({ id: 'b', traced: ['otlp'] }),
    ]
    book.keep(packRecords(records))
    const idsFor = (sink: SinkKind): string[] =>
      outbox.nextTraces({ sink, most: 10, backlog: 100 }).traces.map(({ id }) => id)
    expect([idsFor('langfuse'), idsFor('otlp')]).toEqual([['a'], ['a', 'b']])
    settle({ done: [1] })
    expect([idsFor('langfuse'), idsFor('otlp')]).toEqual([[], ['a', 'b']])
    outbox.settleTraces('otlp', { done: [2], back: [], refused: [], dead: [{ seq: 1, why: 'no' }] })
    expect(outbox.traceBacklog('otlp')).toMatchObject({ waiting: 0, dead: 1 })
    expect(outbox.traceBacklog('langfuse')).toMatchObject({ waiting: 0, dead: 0 })
  })

  it('has nothing to say of nothing', () => {
    const { outbox, next } = rig()
    expect(next()).toEqual([])
    expect(outbox.traceBacklog('langfuse')).toEqual({ waiting: 0, oldestAt: null, dead: 0, lastDeath: null })
  })
})
