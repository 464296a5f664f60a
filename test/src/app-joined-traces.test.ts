/** What a LiteLLM that traces requests itself is told of the gateway's trace, and what the record says of it. */
import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { boundaryOf, parseForm, textOfPart } from '../../src/protocols/form-body.ts'
import type { RequestRecord } from '../../src/table/request-record.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { childSpanId, traceIds } from '../../src/table/trace-ids.ts'
import type { TraceContent, TracePolicy } from '../../src/table/trace-policy.ts'
import { makeLabel, makeRule, makeRuledTable } from './make-policy.ts'
import {
  AUTHORIZED,
  makeActive,
  makeBackend,
  makeClient,
  makeModel,
  makeTable,
  makeTarget,
} from './make-snapshot.ts'
import { answer, down, gateway } from './metered-gateway.ts'
import { scriptedPorts } from './scripted-ports.ts'

const SINK: TracePolicy = {
  kind: 'langfuse',
  url: 'http://langfuse.test',
  content: 'metadata-only',
  publicKey: { env: 'P' },
  secretKey: { env: 'S' },
  environment: null,
  backlog: 100,
}
const PARENT = '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331'
const MAIL = 'anna.berg@example.org'

const LITELLM: Partial<RouteTable> = {
  trace: [SINK],
  backends: { gpu: makeBackend({ kind: 'litellm', joinsTraces: true }), spare: makeBackend() },
  clients: { crew: makeClient({ tags: ['home'] }) },
}

const FULL: Partial<RouteTable> = { trace: [{ ...SINK, content: 'full' }] }

interface Seen {
  record: RequestRecord
  headers: Record<string, string>
  body: Record<string, unknown>
}

async function seen({
  table = {},
  fields = {},
  headers = {},
  backends = {},
}: {
  table?: Partial<RouteTable>
  fields?: object
  headers?: Record<string, string>
  backends?: Parameters<typeof gateway>[1]
}): Promise<Seen> {
  const { ports, ask } = gateway({ ...makeRuledTable([]), ...LITELLM, ...table }, backends)
  const init = {
    headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED, ...headers },
  }
  await (await ask(fields, init)).text()
  await Promise.all(ports.deferred)
  const [record] = ports.records
  const call = ports.calls.findLast(({ backend }) => backend === 'gpu')
  if (record === undefined || call === undefined) throw new Error('no record was made, or nobody was asked')
  return { record, headers: call.request.headers, body: JSON.parse(call.request.body ?? '') as Seen['body'] }
}

describe('a backend that traces itself', () => {
  it('is told where its part belongs', async () => {
    const fields = { metadata: { session_id: 'run-7', tags: ['planted'], existing_trace_id: 'planted' } }
    const { record, headers, body } = await seen({ table: FULL, fields })
    const { traceId, rootId } = traceIds(record.id, undefined)
    expect(headers['traceparent']).toBe(`00-${traceId}-${childSpanId(rootId, 1)}-01`)
    // `metadata` goes on to providers.
    expect(body['metadata']).toEqual({})
    expect(body['litellm_metadata']).toEqual({
      existing_trace_id: traceId,
      parent_observation_id: childSpanId(rootId, 1),
      trace_user_id: 'crew',
      session_id: 'run-7',
      tags: ['home'],
    })
    expect(body).not.toHaveProperty('no-log')
    expect(record.links).toEqual({ session: 'run-7', joined: true })
  })

  it.each<Exclude<TraceContent, 'none' | 'full'>>(['metadata-only', 'redacted'])(
    'is told to log nothing where the trace may hold %s, and the answer stays a generation of ours',
    async (content) => {
      const { record, headers, body } = await seen({ table: { trace: [{ ...SINK, content }] } })
      const { traceId } = traceIds(record.id, undefined)
      expect(body).toMatchObject({ 'no-log': true })
      expect(body).not.toHaveProperty('litellm_metadata')
      expect(headers['traceparent']?.slice(3, 35)).toBe(traceId)
      expect(record.links?.joined).toBeUndefined()
    },
  )

  it("stands in the client's own trace", async () => {
    const { record, headers } = await seen({
      table: FULL,
      headers: { traceparent: `00-${PARENT}-01`, tracestate: 'a=b' },
    })
    expect(headers['traceparent']?.slice(3, 35)).toBe(PARENT.slice(0, 32))
    expect(headers).not.toHaveProperty('tracestate')
    expect(record.links).toEqual({ parent: PARENT, joined: true })
  })

  it('is told which attempt it is', async () => {
    const table: Partial<RouteTable> = {
      ...FULL,
      targets: {
        'spare/small': makeTarget({ backend: 'spare', model: 'small' }),
        'gpu/coder': makeTarget(),
      },
      models: {
        fast: makeModel({
          pool: [{ target: 'spare/small', weight: 1 }],
          fallback: [{ target: 'gpu/coder', on: ['error'] }],
        }),
      },
      names: { fast: 'fast' },
    }
    const { record, body } = await seen({ table, backends: { spare: down } })
    const { rootId } = traceIds(record.id, undefined)
    const place = 1 + (record.failures?.length ?? 0)
    expect(place).toBeGreaterThan(1)
    expect(body['litellm_metadata']).toMatchObject({ parent_observation_id: childSpanId(rootId, place) })
  })

  it.each<[string, Partial<RouteTable>, object]>([
    [
      'of a request with a label',
      { labels: { private: makeLabel({ mayReach: 0 }) } },
      { messages: [{ role: 'user', content: `ask ${MAIL}` }] },
    ],
    ['without a sink', { trace: undefined } as unknown as Partial<RouteTable>, {}],
    [
      'if the policy does not say that it does',
      { backends: { gpu: makeBackend({ kind: 'litellm' }), spare: makeBackend() } },
      {},
    ],
  ])('is told nothing %s', async (_, table, fields) => {
    const { record, headers, body } = await seen({
      table: { ...FULL, ...table },
      fields: { ...fields, metadata: { a: 'b' } },
    })
    expect(headers).not.toHaveProperty('traceparent')
    expect(body['metadata']).toEqual({})
    expect(body).not.toHaveProperty('litellm_metadata')
    expect(record.links?.joined).toBeUndefined()
  })

  // It shows text of a request, and stands in nobody's trace.
  it.each<Exclude<TraceContent, 'none'>>(['metadata-only', 'full'])(
    "is told to log nothing of the gateway's own question where the sink takes %s",
    async (content) => {
      const base = makeRuledTable([
        makeRule({ id: 'plain', when: { kind: 'complexity', names: ['simple'] } }),
        makeRule(),
      ])
      const complexity = { ...base.classify.complexity, classifier: { model: 'fast', timeoutMs: 1000 } }
      const classify = { ...base.classify, complexity }
      const { ports, ask } = gateway({ ...base, ...LITELLM, trace: [{ ...SINK, content }], classify })
      await (await ask({ model: 'auto' })).text()
      const [question] = ports.calls.map((call) => JSON.parse(call.request.body ?? '') as object)
      expect(ports.calls).toHaveLength(2)
      expect(question).toMatchObject({ messages: [{ role: 'system' }, { role: 'user' }], 'no-log': true })
    },
  )

  it('is not said to have joined where another one answered', async () => {
    const table: Partial<RouteTable> = {
      ...FULL,
      targets: {
        'gpu/coder': makeTarget(),
        'spare/small': makeTarget({ backend: 'spare', model: 'small' }),
      },
      models: {
        fast: makeModel({
          pool: [{ target: 'gpu/coder', weight: 1 }],
          fallback: [{ target: 'spare/small', on: ['error'] }],
        }),
      },
      names: { fast: 'fast' },
    }
    const { record } = await seen({ table, backends: { gpu: down, spare: answer() } })
    expect([record.backend, record.links]).toEqual(['spare', undefined])
  })
})

describe('a form for a backend that traces itself', () => {
  const asked = async (
    table: Partial<RouteTable>,
    fields: Record<string, string> = {},
  ): Promise<Omit<Seen, 'body'> & { fields: Record<string, string> }> => {
    const surfaces: RouteTable['surfaces'] = ['transcriptions']
    const base = { ...makeRuledTable([]), ...LITELLM, surfaces }
    const ports = scriptedPorts(makeActive(makeTable({ ...base, ...table })), {
      gpu: () => Response.json({ text: 'hello' }),
    })
    const form = new FormData()
    form.set('file', new Blob(['a sound'], { type: 'audio/wav' }), 'call.wav')
    for (const [name, value] of Object.entries({ model: 'fast', ...fields })) form.set(name, value)
    const { headers, body } = new Request('http://localhost', { method: 'POST', body: form })
    const type = headers.get('content-type') ?? ''
    const bytes = new Uint8Array(await new Response(body).arrayBuffer())
    const answered = await createApp(ports).fetch(
      new Request('http://localhost/v1/audio/transcriptions', {
        method: 'POST',
        headers: {
          host: 'localhost',
          ...AUTHORIZED,
          'content-type': type,
          'content-length': `${bytes.length}`,
        },
        body: bytes,
      }),
    )
    await answered.text()
    await Promise.all(ports.deferred)
    const [record] = ports.records
    const [call] = ports.calls
    if (record === undefined || call === undefined) throw new Error(`nobody was asked: ${answered.status}`)
    const sent = call.request.headers
    const parts = parseForm(
      call.request.bytes ?? new Uint8Array(),
      boundaryOf(sent['content-type'] ?? null) ?? '',
    )
    const texts = parts.filter(({ filename }) => filename === null)
    return {
      record,
      headers: sent,
      fields: Object.fromEntries(texts.map((part) => [part.name, textOfPart(part)])),
    }
  }
  const QUIET = 'x-litellm-enable-message-redaction'

  it('says where its part belongs', async () => {
    const { record, headers, fields } = await asked(FULL, { metadata: '{"existing_trace_id":"planted"}' })
    const { traceId, rootId } = traceIds(record.id, undefined)
    expect(headers['traceparent']).toBe(`00-${traceId}-${childSpanId(rootId, 1)}-01`)
    expect(headers).not.toHaveProperty(QUIET)
    expect(Object.keys(fields)).toEqual(['model', 'litellm_metadata'])
    expect(JSON.parse(fields['litellm_metadata'] ?? '')).toMatchObject({
      existing_trace_id: traceId,
      parent_observation_id: childSpanId(rootId, 1),
    })
    expect(record.links).toEqual({ joined: true })
  })

  // It has no way to say that nothing is to be logged.
  it.each<[string, Partial<RouteTable>]>([
    ['the trace may not hold all of its text', {}],
    [
      'it carries a label',
      {
        ...FULL,
        labels: { private: makeLabel({ mayReach: 0, trace: 'full' }) },
        clients: { crew: makeClient({ labels: ['private'] }) },
      },
    ],
  ])('stands apart, and asks to leave text out, where %s', async (_, table) => {
    const { record, headers, fields } = await asked(table)
    expect(headers).not.toHaveProperty('traceparent')
    expect(headers[QUIET]).toBe('true')
    expect(Object.keys(fields)).toEqual(['model'])
    expect(record.links?.joined).toBeUndefined()
  })

  it('says nothing to one that does not', async () => {
    const { headers, fields } = await asked({ ...FULL, backends: { gpu: makeBackend({ kind: 'litellm' }) } })
    expect([headers['traceparent'], headers[QUIET], Object.keys(fields)]).toEqual([
      undefined,
      undefined,
      ['model'],
    ])
  })
})
