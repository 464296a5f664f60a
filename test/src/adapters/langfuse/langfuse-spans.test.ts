import { describe, expect, it } from 'vitest'
import { langfuseSpans } from '../../../../src/adapters/langfuse/langfuse-spans.ts'
import { toBatchEvents } from '../../../../src/adapters/langfuse/to-batch.ts'
import type { OutgoingTrace } from '../../../../src/table/trace-text.ts'
import type { TraceLinks } from '../../../../src/table/trace-links.ts'
import { NOON } from '../../make-record.ts'
import { makeEntry } from '../tracing/make-entry.ts'
import { otlpSpansOf } from './otlp-spans-of.ts'

const PREFIX = 'langfuse.observation.metadata.'

/** The metadata of each span, as either of the protocols tells it. */
const METADATA: [string, (trace: OutgoingTrace) => unknown[]][] = [
  [
    'OTLP',
    (trace) =>
      otlpSpansOf(trace).map((span) => {
        const named = Object.entries(span).filter(([key]) => key.startsWith(PREFIX))
        return Object.fromEntries(named.map(([key, value]) => [key.slice(PREFIX.length), value]))
      }),
  ],
  [
    'the batch endpoint',
    (trace) => {
      const [, ...observations] = toBatchEvents(trace, null)
      return observations.map(({ body }) => (body as { metadata: unknown }).metadata)
    },
  ],
]

describe('langfuseSpans', () => {
  it.each(METADATA)('tells by %s no correlation id that the client did not give', (_, told) => {
    const { id } = makeEntry()
    const [root] = told(makeEntry({ correlationId: id }))
    expect(root).toMatchObject({ id })
    expect(root).not.toHaveProperty('correlation_id')
  })

  it.each([
    ['nothing, which is taken for DEFAULT', {}, [undefined, undefined]],
    ['WARNING, where it was refused', { status: 429, error: 'rate_limit_exceeded' }, ['WARNING', 'WARNING']],
    ['ERROR, where it failed', { status: 502, error: 'backend_error' }, ['ERROR', 'ERROR']],
  ] as const)('says as level %s', (_, entry, levels) => {
    const said = otlpSpansOf(makeEntry(entry)).map((span) => span['langfuse.observation.level'])
    expect(said).toEqual(levels)
  })

  it('makes a generation of the answer, with each token in one place', () => {
    const [root, answer] = langfuseSpans(makeEntry())
    expect(root?.generation).toBeNull()
    expect(answer?.generation).toEqual({
      model: 'coder',
      usage: { input: 70, input_cached_tokens: 30, output: 20, total: 120 },
      costUsd: 0.0015,
      firstTokenAtMs: NOON + 350,
    })
  })

  it('says of an attempt that failed who it was and why', () => {
    const failure = { backend: 'gpu', model: 'small', cause: 'timeout', ms: 500 } as const
    const [, attempt] = langfuseSpans(makeEntry({ attempts: 2, failures: [failure] }))
    expect(attempt).toMatchObject({
      metadata: { backend: 'gpu', model: 'small', cause: 'timeout' },
      generation: null,
    })
  })

  it.each(METADATA)('tells by %s of the request what is known, and nothing of what is not', (_, told) => {
    const [root, answer] = told(
      makeEntry({
        rule: null,
        variant: 'fast',
        finish: ['stop', 'length'],
        tokensPerSecond: 11.5,
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
    expect(root).toEqual({
      id: makeEntry().id,
      correlation_id: 'run-17',
      asked: 'fast',
      model: 'fast',
      backend: 'gpu',
      status: '200',
      stream: 'true',
      attempts: '1',
      overhead_us: '400',
      first_token_ms: '350',
      tokens_per_second: '11.5',
      variant: 'fast',
      labels: '{"private":["pii"]}',
      finds: '{"pii/email":2}',
      injection_score: '0.12',
      injection_flagged: 'false',
    })
    expect(answer).toEqual({ backend: 'gpu', usage: 'reported', finish_reasons: 'stop, length' })
  })
})

describe('links of a trace', () => {
  const PARENT = `${'ab'.repeat(16)}-${'cd'.repeat(8)}`
  const observationsOf = (links: TraceLinks): Record<string, unknown>[] => otlpSpansOf(makeEntry({ links }))

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
