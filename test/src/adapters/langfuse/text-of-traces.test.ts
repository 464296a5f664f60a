/** What was said and heard, as either of Langfuse's protocols has it. */
import { describe, expect, it } from 'vitest'
import { toBatchEvents } from '../../../../src/adapters/langfuse/to-batch.ts'
import type { OutgoingTrace, TraceText } from '../../../../src/table/trace-text.ts'
import { makeEntry } from '../tracing/make-entry.ts'
import { otlpSpansOf } from './otlp-spans-of.ts'

const TEXT: TraceText = {
  content: 'full',
  sinks: ['langfuse'],
  input: [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: 'hi' },
  ],
  output: [{ role: 'assistant', content: '', calls: [{ name: 'look', arguments: '{"a":1}' }] }],
}
const INPUT = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: 'hi' },
]
const CALL = { type: 'function', function: { name: 'look', arguments: '{"a":1}' } }
const OUTPUT = { role: 'assistant', content: '', tool_calls: [CALL] }

const failure = { backend: 'gpu', model: 'small', cause: 'error', ms: 1 } as const
const entry = (text?: TraceText): OutgoingTrace => ({
  ...makeEntry({ attempts: 2, failures: [failure] }),
  ...(text !== undefined && { text }),
})

/** By span: input and output. */
function byOtlp(trace: OutgoingTrace): unknown[] {
  return otlpSpansOf(trace).map((span) =>
    ['input', 'output'].map((name) => {
      const found = span[`langfuse.observation.${name}`]
      return typeof found === 'string' ? JSON.parse(found) : undefined
    }),
  )
}

function byBatch(trace: OutgoingTrace): unknown[] {
  return toBatchEvents(trace, null).flatMap(({ type, body }) => {
    if (type === 'trace-create') return []
    const { input, output } = body as { input?: unknown; output?: unknown }
    return [[input, output]]
  })
}

describe.each([
  ['OTLP', byOtlp],
  ['the batch endpoint', byBatch],
])('by %s', (_, told) => {
  it('stands on the request and on its answer, not on attempts that failed', () => {
    expect(told(entry(TEXT))).toEqual([
      [INPUT, OUTPUT],
      [undefined, undefined],
      [INPUT, OUTPUT],
    ])
  })

  it('has no output where nothing was heard, and a single message by itself', () => {
    const text = { ...TEXT, input: TEXT.input.slice(0, 1), output: [] }
    expect(told(entry(text))[0]).toEqual([INPUT[0], undefined])
  })

  it('is nowhere where none is kept', () => {
    expect(told(entry()).flat()).toEqual(Array.from({ length: 6 }, () => undefined))
  })
})
