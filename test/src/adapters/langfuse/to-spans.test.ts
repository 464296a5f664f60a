import { describe, expect, it } from 'vitest'
import { toBatchEvents } from '../../../../src/adapters/langfuse/to-batch.ts'
import { toOtlpSpans } from '../../../../src/adapters/langfuse/to-otlp.ts'
import { toSpans } from '../../../../src/adapters/langfuse/to-spans.ts'
import { NOON } from '../../make-record.ts'
import type { TraceLinks } from '../../../../src/table/trace-links.ts'
import { makeEntry, TRACE } from './make-entry.ts'

const ROOT = TRACE.slice(16)

describe('toSpans', () => {
  it('makes one of the request and one of its answer', () => {
    const [root, answer, ...others] = toSpans(makeEntry())
    expect(others).toEqual([])
    expect(root).toMatchObject({
      traceId: TRACE,
      spanId: ROOT,
      parentId: null,
      name: 'chat',
      startMs: NOON,
      endMs: NOON + 2000,
      level: 'DEFAULT',
      message: null,
      generation: null,
    })
    expect(answer).toMatchObject({
      traceId: TRACE,
      parentId: ROOT,
      name: 'chat coder',
      generation: {
        model: 'coder',
        usage: { input: 70, input_cached_tokens: 30, output: 20, total: 120 },
        costUsd: 0.0015,
        firstTokenAtMs: NOON + 350,
      },
    })
  })

  it('gives each span an id of its own, and the same ones each time', () => {
    const failures = Array.from({ length: 40 }, () => ({
      backend: 'a',
      model: 'b',
      cause: 'error' as const,
      ms: 1,
    }))
    const ids = (): string[] =>
      toSpans(makeEntry({ id: `${'0'.repeat(16)}912345678901ffff`, failures, attempts: 41 })).map(
        ({ spanId }) => spanId,
      )
    expect(new Set(ids()).size).toBe(42)
    expect(ids().every((id) => /^[0-9a-f]{16}$/.test(id) && !/^0+$/.test(id))).toBe(true)
    expect(ids()).toEqual(ids())
  })

  it('puts attempts that failed before the answer, one after the other', () => {
    const spans = toSpans(
      makeEntry({
        queuedMs: 100,
        attempts: 3,
        failures: [
          { backend: 'gpu', model: 'small', cause: 'timeout', ms: 500 },
          { backend: 'gpu', model: 'large', cause: 'error', ms: 200 },
        ],
      }),
    )
    expect(
      spans.map(({ name, level, message, startMs, endMs }) => [
        name,
        level,
        message,
        startMs - NOON,
        endMs - NOON,
      ]),
    ).toEqual([
      ['chat', 'DEFAULT', null, 0, 2000],
      ['attempt gpu/small', 'WARNING', 'timeout', 100, 600],
      ['attempt gpu/large', 'WARNING', 'error', 600, 800],
      ['chat coder', 'DEFAULT', null, 800, 2000],
    ])
  })

  it.each<[string, Parameters<typeof makeEntry>[0], [string, string, string | null][]]>([
    [
      'all attempts failed',
      {
        status: 502,
        error: 'upstream_error',
        failures: [{ backend: 'gpu', model: 'coder', cause: 'error', ms: 9 }],
      },
      [
        ['chat', 'ERROR', 'upstream_error'],
        ['attempt gpu/coder', 'ERROR', 'error'],
      ],
    ],
    [
      'a stream that broke',
      { error: 'upstream_broke' },
      [
        ['chat', 'ERROR', 'upstream_broke'],
        ['chat coder', 'ERROR', 'upstream_broke'],
      ],
    ],
    [
      'nobody was asked',
      { status: 429, error: 'rate_limited', backend: null, backendModel: null, attempts: 0, failures: [] },
      [['chat', 'WARNING', 'rate_limited']],
    ],
    [
      'a place that was full, and then an answer',
      { attempts: 1, failures: [{ backend: 'gpu', model: 'small', cause: 'busy', ms: 0 }] },
      [
        ['chat', 'DEFAULT', null],
        ['attempt gpu/small', 'WARNING', 'busy'],
        ['chat coder', 'DEFAULT', null],
      ],
    ],
  ])('%s', (_, fields, expected) => {
    expect(toSpans(makeEntry(fields)).map(({ name, level, message }) => [name, level, message])).toEqual(
      expected,
    )
  })

  it('tells of the request what is known, and nothing of what is not', () => {
    const [root] = toSpans(
      makeEntry({
        rule: null,
        verdict: {
          labels: { private: ['pii'] },
          counts: { 'pii/email': 2 },
          finds: [
            {
              detector: 'pii',
              kind: 'email',
              label: 'private',
              where: 'messages[0].content',
              start: 0,
              end: 3,
            },
          ],
          passedOver: [],
          unread: [],
          injection: { flagged: false, score: 0.12, channel: 'user', reasons: [], finds: [] },
          complexity: null,
        },
      }),
    )
    expect(root?.metadata).toEqual({
      id: makeEntry().id,
      correlation_id: 'run-17',
      asked: 'fast',
      model: 'fast',
      backend: 'gpu',
      status: '200',
      stream: 'true',
      attempts: '1',
      overhead_us: '400',
      queued_ms: '0',
      first_token_ms: '350',
      lost_fields: '0',
      labels: '{"private":["pii"]}',
      finds: '{"pii/email":2}',
      injection_score: '0.12',
      injection_flagged: 'false',
    })
  })
})

describe('links of a trace', () => {
  const PARENT = `${'ab'.repeat(16)}-${'cd'.repeat(8)}`
  const observationsOf = (links: TraceLinks): Record<string, unknown>[] =>
    toOtlpSpans(makeEntry({ links }), null).map(({ attributes, ...span }) => {
      const said = attributes.map(({ key, value }): [string, unknown] => [key, Object.values(value)[0]])
      return Object.assign(Object.fromEntries(said), span) as Record<string, unknown>
    })

  it("puts the request into the client's own trace", () => {
    const [root, answer] = observationsOf({ parent: PARENT })
    expect(root).toMatchObject({ traceId: 'ab'.repeat(16), parentSpanId: 'cd'.repeat(8), kind: 2 })
    expect(answer).toMatchObject({ traceId: 'ab'.repeat(16), parentSpanId: root?.['spanId'], kind: 3 })
  })

  it('names the conversation on each span', () => {
    for (const span of observationsOf({ session: 'run-7' })) expect(span['session.id']).toBe('run-7')
    const [trace] = toBatchEvents(makeEntry({ links: { session: 'run-7' } }), null)
    expect(trace?.body).toMatchObject({ sessionId: 'run-7' })
  })

  it('leaves tokens and cost to the backend that counts them in the same trace', () => {
    const [, apart] = observationsOf({})
    expect(apart).toHaveProperty(['langfuse.observation.cost_details'])
    const [, joined] = observationsOf({ joined: true })
    expect(joined).toMatchObject({
      'langfuse.observation.type': 'span',
      'langfuse.observation.metadata.cost_usd': '0.0015',
    })
    expect(Object.keys(joined ?? {}).join(' ')).not.toMatch(/usage_details|cost_details|gen_ai/)
    const types = toBatchEvents(makeEntry({ links: { joined: true } }), null).map(({ type }) => type)
    expect(types).toEqual(['trace-create', 'span-create', 'span-create'])
  })

  it('tells of a trace of the client once for each request', () => {
    const ids = ['019ab3c4-d5e6-7f80-9123-000000000001', '019ab3c4-d5e6-7f80-9123-000000000002'].map(
      (id) => toBatchEvents(makeEntry({ id, links: { parent: PARENT } }), null)[0]?.id,
    )
    expect(new Set(ids).size).toBe(2)
  })
})
