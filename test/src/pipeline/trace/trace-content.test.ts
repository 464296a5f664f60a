import { expect, it } from 'vitest'
import { traceContent } from '../../../../src/pipeline/trace/trace-content.ts'
import type { TraceContent, TracePolicy } from '../../../../src/table/trace-policy.ts'
import { makeLabel } from '../../make-policy.ts'
import { makeClient, makeTable } from '../../make-snapshot.ts'

const sink = (content: TracePolicy['content']): TracePolicy => ({
  kind: 'otlp',
  url: 'http://sink.test',
  headers: {},
  content,
  environment: null,
  backlog: 100,
})

interface Case {
  name: string
  sinks: TracePolicy['content'][]
  /** Of labels `a` and `b`. */
  labels?: [TraceContent, TraceContent]
  found?: string[]
  /** Labels of the decision; null = there is none. */
  decided?: string[] | null
  ofClient?: string[]
  content: TraceContent
}

it.each<Case>([
  { name: 'nothing without a sink', sinks: [], content: 'none' },
  { name: 'no text for a sink that takes none', sinks: ['metadata-only'], content: 'metadata-only' },
  { name: 'what the sink takes', sinks: ['full'], content: 'full' },
  { name: 'of two sinks the strictest', sinks: ['full', 'redacted'], content: 'redacted' },
  { name: 'of two sinks the one that takes text', sinks: ['metadata-only', 'full'], content: 'full' },
  {
    name: 'what a label lets in',
    sinks: ['full'],
    labels: ['redacted', 'full'],
    found: ['a'],
    content: 'redacted',
  },
  {
    name: 'no more than the sink takes, whatever a label lets in',
    sinks: ['metadata-only'],
    labels: ['full', 'full'],
    found: ['a'],
    content: 'metadata-only',
  },
  {
    name: 'of two labels the strictest',
    sinks: ['full'],
    labels: ['full', 'metadata-only'],
    found: ['a', 'b'],
    content: 'metadata-only',
  },
  {
    name: 'nothing under a label that wants none',
    sinks: ['full'],
    labels: ['none', 'full'],
    found: ['a', 'b'],
    content: 'none',
  },
  {
    name: 'a label of rules',
    sinks: ['full'],
    labels: ['full', 'redacted'],
    found: [],
    decided: ['b'],
    content: 'redacted',
  },
  {
    name: 'no full text once redaction took a label away',
    sinks: ['full'],
    labels: ['metadata-only', 'full'],
    found: ['a'],
    decided: [],
    content: 'redacted',
  },
  {
    name: 'full text where the label that went lets it in',
    sinks: ['full'],
    labels: ['full', 'full'],
    found: ['a'],
    decided: [],
    content: 'full',
  },
  {
    name: "the client's labels, where nothing was decided",
    sinks: ['full'],
    labels: ['none', 'full'],
    found: [],
    decided: null,
    ofClient: ['a'],
    content: 'none',
  },
])(
  'holds $name',
  ({ sinks, labels: [a, b] = ['full', 'full'], found = [], decided, ofClient = [], content }) => {
    const table = makeTable({
      ...(sinks.length > 0 && { trace: sinks.map(sink) }),
      labels: { a: makeLabel({ trace: a }), b: makeLabel({ trace: b }) },
      clients: { crew: makeClient({ labels: ofClient }) },
    })
    const facts = { labels: Object.fromEntries(found.map((label) => [label, ['pii']])) }
    const decision = decided === null ? null : { labels: decided ?? found }
    expect(traceContent({ table, client: 'crew', facts, decision })).toBe(content)
  },
)
