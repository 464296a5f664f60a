import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../../src/adapters/sqlite/open-database.ts'
import { createHistory } from '../../../src/state/history.ts'
import { createTraceOutbox } from '../../../src/state/trace-outbox.ts'
import { createUsageBook, USAGE_MIGRATIONS } from '../../../src/state/usage-book.ts'
import { packRecords } from '../../../src/table/packed-records.ts'
import { makeRecord } from '../make-record.ts'

const NOTHING = { done: [], back: [], refused: [], dead: [] }

it('tells how it stands with the trace of a request at each sink', () => {
  const database = openDatabase(':memory:', USAGE_MIGRATIONS)
  onTestFinished(() => database.close())
  const links = { session: 'run-7', parent: `${'ab'.repeat(16)}-${'cd'.repeat(8)}` }
  createUsageBook(database).keep(
    packRecords([
      makeRecord({ id: 'a', correlationId: 'mine', traced: ['langfuse', 'otlp'], links }),
      makeRecord({ id: 'b', traced: ['otlp'] }),
      makeRecord({ id: 'c' }),
    ]),
  )
  const [history, outbox] = [createHistory(database), createTraceOutbox(database)]
  const statesOf = (id: string): unknown => history.trace(id)?.sinks.map(({ sink, state }) => [sink, state])
  expect([statesOf('b'), statesOf('c'), history.trace('nobody')]).toEqual([[['otlp', 'waiting']], [], null])
  expect(history.trace('mine')).toMatchObject({ traceId: 'ab'.repeat(16), request: { id: 'a', links } })
  outbox.settleTraces('langfuse', { ...NOTHING, done: [1] })
  outbox.settleTraces('otlp', { ...NOTHING, refused: [2], dead: [{ seq: 1, why: 'it answers 400' }] })
  expect(history.trace('a')?.sinks).toEqual([
    { sink: 'langfuse', state: 'sent', refusals: 0, why: null },
    { sink: 'otlp', state: 'given-up', refusals: 0, why: 'it answers 400' },
  ])
  outbox.settleTraces('otlp', { ...NOTHING, done: [3], refused: [2] })
  expect(history.trace('b')?.sinks).toEqual([{ sink: 'otlp', state: 'waiting', refusals: 1, why: null }])
})

it('tells of a trace that was dropped because too many waited', () => {
  const database = openDatabase(':memory:', USAGE_MIGRATIONS)
  onTestFinished(() => database.close())
  const records = ['a', 'b', 'c', 'd'].map((id) => makeRecord({ id, traced: ['langfuse', 'otlp'] }))
  createUsageBook(database).keep(packRecords(records))
  const [history, outbox] = [createHistory(database), createTraceOutbox(database)]
  const statesOf = (id: string): unknown => history.trace(id)?.sinks.map(({ state }) => state)
  expect(outbox.nextTraces({ sink: 'otlp', most: 10, backlog: 4 }).dropped).toBe(0)
  outbox.settleTraces('otlp', { ...NOTHING, done: [1] })
  // One that was sent is not dropped by what comes behind it.
  expect(outbox.nextTraces({ sink: 'otlp', most: 10, backlog: 1 }).dropped).toBe(2)
  outbox.nextTraces({ sink: 'langfuse', most: 10, backlog: 3 })
  expect(['a', 'b', 'c', 'd'].map(statesOf)).toEqual([
    ['dropped', 'sent'],
    ['waiting', 'dropped'],
    ['waiting', 'dropped'],
    ['waiting', 'waiting'],
  ])
})
