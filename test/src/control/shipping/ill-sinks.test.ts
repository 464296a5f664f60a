import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { judgeAnswer } from '../../../../src/adapters/langfuse/judge-answer.ts'
import { judgeOtlpAnswer } from '../../../../src/adapters/otlp/judge-otlp-answer.ts'
import { openDatabase } from '../../../../src/adapters/sqlite/open-database.ts'
import { deliver } from '../../../../src/adapters/tracing/deliver.ts'
import { createTraceShipper, type TraceShipper } from '../../../../src/control/shipping/trace-shipper.ts'
import { createTraceOutbox } from '../../../../src/state/trace-outbox.ts'
import { createUsageBook, USAGE_MIGRATIONS } from '../../../../src/state/usage-book.ts'
import { packRecords } from '../../../../src/table/packed-records.ts'
import { SINK_KINDS, type SinkKind } from '../../../../src/table/trace-policy.ts'
import { makeRecord } from '../../make-record.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const MINUTE = 60_000

interface Rig {
  shipper: TraceShipper
  /** Records with a trace. */
  keep: (...ids: string[]) => void
  /** What the sink answers to these ids. */
  answers: (status: (ids: readonly string[]) => number) => void
  /** What the sink has. */
  has: Set<string>
  requests: () => number
}

/** The database, the shipper and the delivery as they are; only the sink is played. */
function rig(kind: SinkKind): Rig {
  const database = openDatabase(':memory:', USAGE_MIGRATIONS)
  onTestFinished(() => database.close())
  const book = createUsageBook(database)
  const outbox = createTraceOutbox(database)
  const judge = kind === 'langfuse' ? judgeAnswer : judgeOtlpAnswer
  const has = new Set<string>()
  let status: (ids: readonly string[]) => number = () => 200
  let requests = 0
  const shipper = createTraceShipper({
    kind,
    outbox: {
      nextTraces: async (query) => outbox.nextTraces(query),
      settleTraces: async (sink, settlement) => outbox.settleTraces(sink, settlement),
      traceBacklog: async (sink) => outbox.traceBacklog(sink),
    },
    sink: () => ({
      key: 'one',
      backlog: 1000,
      open: () => ({
        send: (traces) =>
          deliver(
            traces.map(({ seq, id }) => ({ seq, json: id, events: [] })),
            {
              most: 4000,
              async post(parcels) {
                requests += 1
                const ids = parcels.map(({ json }) => json)
                const said = status(ids)
                if (said === 200) for (const id of ids) has.add(id)
                return judge({ kind: 'answer', status: said, retryAfterMs: null, text: '' }, parcels)
              },
            },
          ),
        close: async () => {},
      }),
    }),
    log: () => {},
    random: () => 0,
  })
  onTestFinished(() => shipper.stop())
  return {
    shipper,
    keep(...ids) {
      book.keep(packRecords(ids.map((id) => makeRecord({ id, traced: [kind] }))))
      shipper.poke()
    },
    answers: (how) => void (status = how),
    has,
    requests: () => requests,
  }
}

const range = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => name + i)

describe.each(SINK_KINDS)('%s', (kind) => {
  it.each([500, 502, 503, 504, 429, 401])('that answers %i for hours loses nothing', async (status) => {
    const my = rig(kind)
    my.answers(() => status)
    my.keep('first')
    await vi.advanceTimersByTimeAsync(30 * MINUTE)
    my.keep(...range('later', 300))
    await vi.advanceTimersByTimeAsync(30 * MINUTE)
    expect(await my.shipper.status()).toMatchObject({ waiting: 301, dead: 0 })
    // No more than what the longest pause lets through, and the halves of a few batches before.
    expect(my.requests()).toBeLessThan(60 * 4 + 50)
    my.answers(() => 200)
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(my.has.size).toBe(301)
    expect(await my.shipper.status()).toMatchObject({ waiting: 0, dead: 0, problem: null })
  })

  it.each([500, 502, 503])('that answers %i because of some traces gives up those', async (status) => {
    const my = rig(kind)
    const spoils = (id: string): boolean => id.startsWith('spoilt')
    my.answers((ids) => (ids.some(spoils) ? status : 200))
    my.keep(...range('spoilt', 4), ...range('a', 100), 'spoilt9', ...range('b', 100))
    await vi.advanceTimersByTimeAsync(20 * MINUTE)
    expect(my.has).toEqual(new Set([...range('a', 100), ...range('b', 100)]))
    // Nothing else comes: they may yet be right.
    await vi.advanceTimersByTimeAsync(20 * MINUTE)
    expect(await my.shipper.status()).toMatchObject({ waiting: 5, dead: 0 })
    for (let i = 0; i < 120; i += 1) {
      my.keep(`c${i}`)
      await vi.advanceTimersByTimeAsync(MINUTE)
    }
    expect(my.has.size).toBe(320)
    expect(await my.shipper.status()).toMatchObject({ waiting: 0, dead: 5 })
  })
})
