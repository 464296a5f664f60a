import { expect, it } from 'vitest'
import { requestTrace, type RequestTrace } from '../../../../src/pipeline/trace/request-trace.ts'
import { makeLabel } from '../../make-policy.ts'
import { makeTable } from '../../make-snapshot.ts'

const table = makeTable({
  trace: [
    {
      kind: 'otlp',
      url: 'http://sink.test',
      headers: {},
      content: 'metadata-only',
      environment: null,
      backlog: 9,
    },
  ],
  labels: { secret: { ...makeLabel(), trace: 'none' }, open: { ...makeLabel(), trace: 'full' } },
})

/** @returns the trace, and how often the client's words were looked at */
function trace(): { of: RequestTrace; looks: () => number } {
  let looks = 0
  const of = requestTrace({
    id: 'a',
    head: {
      traceparent: null,
      get sessionId() {
        looks += 1
        return 'run-7'
      },
    },
    body: {},
    table,
    client: 'crew',
    facts: { labels: {} },
  })
  return { of, looks: () => looks }
}

it('does not look for a conversation where a label keeps all back', () => {
  const { of, looks } = trace()
  expect(of.joining(1, { labels: ['secret'], tags: [] })).toBeNull()
  expect(looks()).toBe(0)
})

it('looks once, whoever asks', () => {
  const { of, looks } = trace()
  expect(of.joining(1, { labels: ['open'], tags: [] })?.session).toBe('run-7')
  expect([of.links, of.links]).toEqual([{ session: 'run-7' }, { session: 'run-7' }])
  expect(looks()).toBe(1)
})
