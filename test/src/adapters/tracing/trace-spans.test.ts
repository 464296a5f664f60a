import { describe, expect, it } from 'vitest'
import { traceSpans } from '../../../../src/adapters/tracing/trace-spans.ts'
import { NOON } from '../../make-record.ts'
import { makeEntry, TRACE } from './make-entry.ts'

const ROOT = TRACE.slice(16)

describe('traceSpans', () => {
  it('makes one of the request and one of its answer', () => {
    const [root, answer, ...others] = traceSpans(makeEntry())
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
      of: 'request',
    })
    expect(answer).toMatchObject({
      traceId: TRACE,
      parentId: ROOT,
      name: 'chat coder',
      level: 'DEFAULT',
      message: null,
      of: 'answer',
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
      traceSpans(makeEntry({ id: `${'0'.repeat(16)}912345678901ffff`, failures, attempts: 41 })).map(
        ({ spanId }) => spanId,
      )
    expect(new Set(ids()).size).toBe(42)
    expect(ids().every((id) => /^[0-9a-f]{16}$/.test(id) && !/^0+$/.test(id))).toBe(true)
    expect(ids()).toEqual(ids())
  })

  it('puts attempts that failed before the answer, one after the other', () => {
    const spans = traceSpans(
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
      'a stream that its client stopped',
      { error: 'client_gone' },
      [
        ['chat', 'WARNING', 'client_gone'],
        ['chat coder', 'WARNING', 'client_gone'],
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
    expect(traceSpans(makeEntry(fields)).map(({ name, level, message }) => [name, level, message])).toEqual(
      expected,
    )
  })
})
