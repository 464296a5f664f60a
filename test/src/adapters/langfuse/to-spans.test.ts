import { describe, expect, it } from 'vitest'
import { toSpans } from '../../../../src/adapters/langfuse/to-spans.ts'
import { NOON } from '../../make-record.ts'
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
