import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase, type Database } from '../../../src/adapters/sqlite/open-database.ts'
import { createTraceOutbox } from '../../../src/state/trace-outbox.ts'
import { createTraceTexts } from '../../../src/state/trace-texts.ts'
import { createUsageBook, USAGE_MIGRATIONS } from '../../../src/state/usage-book.ts'
import { packRecords } from '../../../src/table/packed-records.ts'
import { SINK_KINDS, type SinkKind, type TraceContent } from '../../../src/table/trace-policy.ts'
import type { TraceText } from '../../../src/table/trace-text.ts'
import type { TraceSettlement } from '../../../src/table/trace-outbox.ts'
import { makeRecord, NOON } from '../make-record.ts'

const DAY = 24 * 3_600_000

const said = (content: string, fields: Partial<TraceText> = {}): TraceText => ({
  content: 'full',
  sinks: ['langfuse'],
  input: [{ role: 'user', content }],
  output: [],
  ...fields,
})

interface Rig {
  database: Database
  /** Records with a trace for all sinks. */
  keep: (...texts: (TraceText | null)[]) => void
  /** What the sink is told of text: input, or null. */
  next: (sink: SinkKind, content?: TraceContent, place?: string) => (string | null)[]
  settle: (sink: SinkKind, settlement: Partial<TraceSettlement>) => void
  /** How many texts there are. */
  count: () => number
}

function rig(database = openDatabase(':memory:', USAGE_MIGRATIONS)): Rig {
  onTestFinished(() => database.close())
  const book = createUsageBook(database)
  const outbox = createTraceOutbox(database)
  let next = 0
  return {
    database,
    keep(...texts) {
      const records = texts.map((text) =>
        makeRecord({
          id: `r${next++}`,
          endedAt: NOON,
          traced: [...SINK_KINDS],
          ...(text !== null && { text }),
        }),
      )
      book.keep(packRecords(records))
    },
    next: (sink, content = 'full', place) =>
      outbox
        .nextTraces({ sink, most: 1000, backlog: 10_000, content, ...(place !== undefined && { place }) })
        .traces.map(({ text }) => text?.input[0]?.content ?? null),
    settle: (sink, settlement) =>
      outbox.settleTraces(sink, { done: [], back: [], refused: [], dead: [], ...settlement }),
    count: () => database.rows('SELECT * FROM trace_texts').length,
  }
}

describe('text of traces', () => {
  it('comes with its trace, to the sink that takes it', () => {
    const { keep, next } = rig()
    keep(said('a'), null, said('c', { sinks: ['otlp'] }), said('d', { sinks: ['otlp', 'langfuse'] }))
    expect(next('langfuse')).toEqual(['a', null, null, 'd'])
    expect(next('otlp')).toEqual([null, null, 'c', 'd'])
  })

  it('is whole', () => {
    const { database, keep } = rig()
    const text = said('a', {
      content: 'redacted',
      output: [{ role: 'assistant', content: 'ü "', calls: [{ name: 'look', arguments: '{"a":1}' }] }],
    })
    keep(text)
    const { traces } = createTraceOutbox(database).nextTraces({
      sink: 'langfuse',
      most: 1,
      backlog: 10,
      content: 'redacted',
    })
    expect(traces[0]?.text).toEqual(text)
  })

  it.each<[TraceContent, (string | null)[]]>([
    ['metadata-only', [null, null]],
    ['redacted', [null, 'masked']],
    ['full', ['raw', 'masked']],
  ])('is no more than the sink is to have by now: %s', (content, texts) => {
    const { keep, next } = rig()
    keep(said('raw'), said('masked', { content: 'redacted' }))
    expect(next('langfuse', content)).toEqual(texts)
  })

  it('goes to no other place than it was meant for', () => {
    const { database, keep, next } = rig()
    const of = (place: string): TraceText =>
      said(place, { sinks: ['langfuse', 'otlp'], places: { langfuse: place } })
    keep(of('here'), of('there'), said('from a version that does not say'))
    expect(next('langfuse', 'full', 'here')).toEqual(['here', null, null])
    expect(next('langfuse', 'full', 'there')).toEqual([null, 'there', null])
    expect(next('otlp', 'full', 'here')).toEqual([null, null, null])
    const query = { sink: 'langfuse', most: 10, backlog: 10, content: 'full', place: 'here' } as const
    const batch = createTraceOutbox(database).nextTraces(query)
    expect(batch.withheld).toBe(2)
    expect(batch.traces[0]?.text).not.toHaveProperty('places')
  })

  it('is gone once no sink wants it', () => {
    const { keep, settle, count } = rig()
    keep(said('a'), said('b', { sinks: ['langfuse', 'otlp'] }), said('c'), said('d'))
    settle('langfuse', { done: [1, 2], dead: [{ seq: 3, why: 'too large' }], back: [4] })
    expect(count()).toBe(2)
    settle('otlp', { done: [1, 2, 3] })
    expect(count()).toBe(1)
  })

  it('leaves no byte in the file when it is gone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'aicc-texts-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'usage.db')
    const { database, keep, settle } = rig(openDatabase(file, USAGE_MIGRATIONS))
    keep(...Array.from({ length: 30 }, (_, i) => said(`canary ${'x'.repeat(300 * i)}`)))
    const hasAny = (): boolean => {
      database.rows('PRAGMA wal_checkpoint(TRUNCATE)')
      return readFileSync(file, 'latin1').includes('canary')
    }
    expect(hasAny()).toBe(true)
    settle('langfuse', { done: Array.from({ length: 30 }, (_, i) => i + 1) })
    expect(hasAny()).toBe(false)
  })

  it('is gone with a trace that is dropped, or too old, or whose record goes', () => {
    const { database, keep, count } = rig()
    const texts = createTraceTexts(database)
    keep(said('a'), said('b'), said('c'))
    createTraceOutbox(database).nextTraces({ sink: 'langfuse', most: 0, backlog: 2 })
    expect(count()).toBe(2)
    texts.prune(NOON + DAY)
    expect(count()).toBe(2)
    database.run('DELETE FROM records WHERE seq = 2')
    expect(count()).toBe(1)
    texts.prune(NOON + 8 * DAY)
    expect(count()).toBe(0)
  })

  it('is kept once, and not at all for a record that has no trace', () => {
    const { database, keep, count } = rig()
    keep(said('a'))
    const book = createUsageBook(database)
    book.keep(
      packRecords([makeRecord({ id: 'r0', text: said('again') }), makeRecord({ id: 'x', text: said('x') })]),
    )
    expect(count()).toBe(1)
  })

  it('is bounded: the oldest goes, its trace does not', () => {
    const { database, keep, next } = rig()
    keep(...Array.from({ length: 20 }, () => null))
    const texts = createTraceTexts(database, 10_000)
    for (let i = 0; i < 20; i += 1) texts.keep(`r${i}`, said('x'.repeat(968)), NOON)
    const kept = next('langfuse').map((text) => text !== null)
    expect(kept).toEqual([
      ...Array.from({ length: 10 }, () => false),
      ...Array.from({ length: 10 }, () => true),
    ])
  })

  it('is handed out in parts where it is much', () => {
    const { database, keep, settle } = rig()
    keep(...Array.from({ length: 10 }, () => said('x'.repeat(1_000_000))))
    const outbox = createTraceOutbox(database)
    const sizes: [number, true | undefined][] = []
    for (;;) {
      const { traces, more } = outbox.nextTraces({
        sink: 'langfuse',
        most: 100,
        backlog: 100,
        content: 'full',
      })
      if (traces.length === 0) break
      sizes.push([traces.length, more])
      settle('langfuse', { done: traces.map(({ seq }) => seq) })
    }
    expect(sizes).toEqual([
      [8, true],
      [2, undefined],
    ])
  })
})
