import { expect, it } from 'vitest'
import { renderTrace } from '../../../compiler/commands/render-trace.ts'
import type { TraceReport } from '../../../src/table/history.ts'
import { makeEntry, TRACE } from '../../src/adapters/tracing/make-entry.ts'
import { NOON } from '../../src/make-record.ts'

const ROOT = TRACE.slice(16)
const REPORT: TraceReport = {
  request: makeEntry({
    queuedMs: 40,
    variant: 'fast',
    tokensPerSecond: 11.5,
    attempts: 2,
    failures: [{ backend: 'old', model: 'm', cause: 'timeout', ms: 900 }],
    links: { session: 'run-7', parent: `${TRACE}-${'cd'.repeat(8)}` },
  }),
  traceId: TRACE,
  sinks: [
    { sink: 'langfuse', state: 'sent', refusals: 0, why: null },
    { sink: 'otlp', state: 'given-up', refusals: 0, why: 'it answers 400' },
  ],
}

it('shows the attempts in time, and where the trace is', () => {
  expect(renderTrace(REPORT)).toBe(`trace ${TRACE}
request 019ab3c4-d5e6-7f80-9123-456789abcdef (run-17) at ${new Date(NOON).toISOString()}
variant fast of the rule main/else
within the span cdcdcdcdcdcdcdcd of the client's own trace
session run-7

chat         +0       2000 ms     200
  old/m      +40      900 ms      timeout
  gpu/coder  +940     1060 ms     answered, 11.5 tokens a second

langfuse: sent
otlp: given up: it answers 400`)
})

it('says that a trace was dropped', () => {
  const sinks: TraceReport['sinks'] = [{ sink: 'otlp', state: 'dropped', refusals: 0, why: null }]
  expect(renderTrace({ ...REPORT, sinks })).toContain('otlp: dropped: too many traces waited')
})

it.each<[string, Parameters<typeof renderTrace>[1], string]>([
  ['that it is not there', { kind: 'missing' }, 'Langfuse does not have it'],
  [
    'why it cannot be asked',
    { kind: 'failed', why: 'ECONNREFUSED' },
    'Langfuse cannot be asked: ECONNREFUSED',
  ],
])('says of Langfuse %s', (_, read, says) => {
  expect(renderTrace(REPORT, read)).toContain(says)
})

it('shows what Langfuse has as a tree, whoever sent it', () => {
  const at = (ms: number): string => new Date(NOON + ms).toISOString()
  const one = { type: 'SPAN', endTime: at(50), startTime: at(0) }
  const observations = [
    {
      ...one,
      id: 'below',
      parentObservationId: ROOT,
      name: 'litellm',
      type: 'GENERATION',
      startTime: at(10),
    },
    { ...one, id: ROOT, parentObservationId: 'elsewhere', name: 'chat', endTime: null },
  ]
  expect(renderTrace(REPORT, { kind: 'found', observations }).split('\n').slice(-3)).toEqual([
    'Langfuse has 2 observations of it',
    'chat       +0                   span',
    '  litellm  +10      40 ms       generation',
  ])
})

it('says who was not asked in its turn', () => {
  const skipped = [{ backend: 'pc', model: 'big', why: 'mode', mode: 'gaming' } as const]
  const text = renderTrace({ ...REPORT, request: { ...REPORT.request, skipped } })
  expect(text).toContain('session run-7\nskipped pc/big: mode `gaming` was on\n\n')
})
