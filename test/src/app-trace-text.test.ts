/** The text that a request's record has for its trace: what the client said, and what it heard. */
import { expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import type { RequestRecord } from '../../src/table/request-record.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import type { TracePolicy } from '../../src/table/trace-policy.ts'
import { makePrivacy, makeRule, makeRuledTable } from './make-policy.ts'
import { AUTHORIZED, makeActive, makeTable } from './make-snapshot.ts'
import { answer, gateway } from './metered-gateway.ts'
import { type Backend, scriptedPorts } from './scripted-ports.ts'

const MAIL = 'ada@example.org'
/** Of the sink below. */
const PLACE = 'http://sink.test'
const base = makeRuledTable([])

const sink = (content: TracePolicy['content']): TracePolicy => ({
  kind: 'otlp',
  url: 'http://sink.test',
  headers: {},
  content,
  environment: null,
  backlog: 100,
})

async function recordOf(
  table: Partial<RouteTable>,
  { fields = {}, gpu = answer() }: { fields?: object; gpu?: Backend } = {},
): Promise<RequestRecord> {
  const { ask, ports } = gateway(table, { gpu })
  await (await ask({ messages: [{ role: 'user', content: `ask ${MAIL}` }], ...fields })).text()
  // What is deferred defers more.
  for (const work of ports.deferred) await work
  const [record, ...more] = ports.records
  if (record === undefined || more.length > 0) throw new Error('not one record was made')
  return record
}

const streamed: Backend = () => {
  const event = (delta: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`
  const last = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
  const body = event({ content: `try ada` }) + event({ content: '@example.org' }) + last
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

it.each<[string, Partial<RouteTable>]>([
  ['without a sink', {}],
  ['for a sink that takes none', { trace: [sink('metadata-only')] }],
  [
    'under a label that lets none in',
    {
      ...base,
      rulesets: {},
      trace: [sink('full')],
      labels: { private: { ...base.labels['private']!, mayReach: 0 } },
    },
  ],
])('has none %s', async (_, table) => {
  expect(await recordOf(table)).not.toHaveProperty('text')
})

it.each([
  ['full', `ask ${MAIL}`, `try ${MAIL}`],
  ['redacted', 'ask [EMAIL]', 'try [EMAIL]'],
] as const)('is %s, of a stream as of a whole answer', async (content, asked, heard) => {
  const whole = answer({ choices: [{ message: { role: 'assistant', content: `try ${MAIL}` } }] })
  const text = {
    content,
    sinks: ['otlp'],
    places: { otlp: PLACE },
    input: [{ role: 'user', content: asked }],
    output: [{ role: 'assistant', content: heard }],
  }
  const trace = [sink(content)]
  expect((await recordOf({ trace }, { gpu: whole })).text).toEqual(text)
  expect((await recordOf({ trace }, { gpu: streamed, fields: { stream: true } })).text).toEqual(text)
})

it('is what the client said, not what rules made of it, and never more than they let out', async () => {
  const rule = makeRule({
    redact: { detectors: ['pii'], relabel: { to: null } },
    action: { kind: 'route', to: 'fast', force: false },
  })
  const ruled = makeRuledTable([rule], { trace: [sink('full')] })
  const { text } = await recordOf(
    { ...ruled, classify: { ...ruled.classify, privacy: makePrivacy({ detectors: ['pii'] }) } },
    { fields: { model: 'auto' } },
  )
  expect(text).toMatchObject({ content: 'redacted', input: [{ content: 'ask [EMAIL]' }] })
})

it('is there of a request that was refused as well, and of one whose backend failed', async () => {
  const trace = [sink('full')]
  const asked = [{ role: 'user', content: `ask ${MAIL}` }]
  const refused = await recordOf({ trace }, { fields: { model: 'unknown' } })
  const failed = await recordOf({ trace }, { gpu: () => new Response('no', { status: 500 }) })
  for (const { text } of [refused, failed])
    expect(text).toEqual({
      content: 'full',
      sinks: ['otlp'],
      places: { otlp: PLACE },
      input: asked,
      output: [],
    })
})

it('is the text of a transcript', async () => {
  const table = { ...base, surfaces: ['transcriptions' as const], trace: [sink('redacted')] }
  const ports = scriptedPorts(makeActive(makeTable(table)), {
    gpu: () => Response.json({ text: `write to ${MAIL}`, segments: [] }),
  })
  const form = new FormData()
  form.set('file', new Blob(['a sound'], { type: 'audio/wav' }), 'call.wav')
  form.set('model', 'fast')
  const { headers, body } = new Request('http://localhost', { method: 'POST', body: form })
  const bytes = await new Response(body).arrayBuffer()
  const answered = await createApp(ports).fetch(
    new Request('http://localhost/v1/audio/transcriptions', {
      method: 'POST',
      headers: {
        host: 'localhost',
        ...AUTHORIZED,
        'content-type': headers.get('content-type') ?? '',
        'content-length': `${bytes.byteLength}`,
      },
      body: bytes,
    }),
  )
  expect(await answered.json()).toMatchObject({ text: `write to ${MAIL}` })
  for (const work of ports.deferred) await work
  expect(ports.records[0]?.text?.output).toEqual([{ role: 'assistant', content: 'write to [EMAIL]' }])
})
