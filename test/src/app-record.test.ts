/** What the record of a request says of its privacy, and what it must not say. */
import { describe, expect, it } from 'vitest'
import type { RequestRecord } from '../../src/table/request-record.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import type { SinkKind, TraceContent, TracePolicy } from '../../src/table/trace-policy.ts'
import { makePrivacy, makeRule, makeRuledTable } from './make-policy.ts'
import { AUTHORIZED, makeActive, makeClient } from './make-snapshot.ts'
import { answer, gateway } from './metered-gateway.ts'
import { createApp } from '../../src/app.ts'
import { scriptedPorts } from './scripted-ports.ts'

const CARD = '4111 1111 1111 1111'
const MAIL = 'ada@example.org'

const base = makeRuledTable([])
const GUARDED: Partial<RouteTable> = {
  needs: base.needs,
  labels: { private: { ...base.labels['private']!, mayReach: 0 } },
  classify: { ...base.classify, privacy: makePrivacy() },
}

interface Asked {
  fields?: object
  table?: Partial<RouteTable>
  headers?: Record<string, string>
  backends?: Parameters<typeof gateway>[1]
}

async function recordOf({
  fields = {},
  table = {},
  headers = {},
  backends = {},
}: Asked): Promise<RequestRecord> {
  const { ask, ports } = gateway({ ...GUARDED, ...table }, backends)
  const init = {
    headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED, ...headers },
  }
  await (await ask(fields, init)).text()
  await Promise.all(ports.deferred)
  const [record] = ports.records
  if (record === undefined) throw new Error('no record was made')
  return record
}

const TRACE: TracePolicy = {
  kind: 'langfuse',
  url: 'http://langfuse.test',
  content: 'metadata-only',
  publicKey: { env: 'P' },
  secretKey: { env: 'S' },
  environment: null,
  backlog: 1000,
}
const labelled = (trace: TraceContent): RouteTable['labels'] => ({
  private: { ...base.labels['private']!, mayReach: 0, trace },
})

const says = (content: string): object => ({ messages: [{ role: 'user', content }] })

describe('the record of a request', () => {
  it('has no verdict where there is nothing to say, and no trace without a sink', async () => {
    const { verdict, traced } = await recordOf({ fields: says('what is a monad?') })
    expect([verdict, traced]).toEqual([null, undefined])
  })

  it('names what was found, counts it and says where, without the text', async () => {
    const record = await recordOf({ fields: says(`pay with ${CARD}, or ask ${MAIL}`) })
    expect(record.verdict).toMatchObject({
      labels: { private: ['pii'] },
      counts: { 'pii/card': 1, 'pii/email': 1 },
      unread: [],
    })
    expect(record.verdict?.finds).toContainEqual({
      detector: 'pii',
      kind: 'card',
      label: 'private',
      where: 'messages[0].content',
      start: 9,
      end: 9 + CARD.length,
    })
    expect(JSON.stringify(record)).not.toMatch(/4111|ada@|example\.org/)
  })

  it('says what was not read', async () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
    const record = await recordOf({ fields: { messages: [{ role: 'user', content: [image] }] } })
    expect(record.verdict).toMatchObject({ labels: { private: ['images'] }, unread: ['images'] })
  })

  it('says which labels a client carries', async () => {
    const clients = { crew: makeClient({ labels: ['private'] }) }
    const record = await recordOf({ table: { clients }, fields: says('hello') })
    expect(record.verdict?.labels).toEqual({ private: ['client'] })
  })

  it('lists a few finds of many, and counts all', async () => {
    const mails = Array.from({ length: 300 }, (_, i) => `a${i}@example.org`).join(' ')
    const { verdict } = await recordOf({
      fields: says(mails),
      table: { limits: { ...base.limits, bodyBytes: 100_000 } },
    })
    expect(verdict?.counts).toEqual({ 'pii/email': 300 })
    expect(verdict?.finds).toHaveLength(20)
  })

  it.each<[string, Partial<RouteTable>, string, readonly SinkKind[] | undefined]>([
    ['one', {}, 'hello', ['langfuse']],
    ['one of what a label lets in', { labels: labelled('metadata-only') }, `ask ${MAIL}`, ['langfuse']],
    ['none of what a label keeps out', { labels: labelled('none') }, `ask ${MAIL}`, undefined],
    ['one of what does not carry that label', { labels: labelled('none') }, 'hello', ['langfuse']],
    [
      'none of a client whose requests carry it, decided or not',
      {
        labels: labelled('none'),
        clients: { crew: makeClient({ labels: ['private'], models: [] }) },
      },
      'hello',
      undefined,
    ],
  ])('asks for a trace where there is a sink: %s', async (_, table, text, traced) => {
    const record = await recordOf({ table: { trace: [TRACE], ...table }, fields: says(text) })
    expect(record.traced).toEqual(traced)
  })

  it.each([
    ['is kept', 'run-17', 'run-17'],
    ['is not kept where something private stands in it', 'AKIAQYLPMN5HHHFPZAM2', null],
  ])("has a correlation id: the client's %s", async (_, given, kept) => {
    const record = await recordOf({ fields: says('hello'), headers: { 'x-correlation-id': given } })
    expect(record.correlationId).toBe(kept ?? record.id)
    expect(JSON.stringify(record).includes(given)).toBe(kept !== null)
  })

  it.each([
    ['looks at a correlation id that the scan does not reach', 'AKIAQYLPMN5HHHFPZAM2', null],
    ['keeps it where there is nothing in it', 'run-17', 'run-17'],
  ])('%s', async (_, given, kept) => {
    const classify = { ...base.classify, privacy: makePrivacy(), scanBytes: 20 }
    const fields = says('more than is scanned of a request, by far')
    const record = await recordOf({ table: { classify }, fields, headers: { 'x-correlation-id': given } })
    expect(record.correlationId).toBe(kept ?? record.id)
  })

  it('names a wildcard, not what stood in its place', async () => {
    const wildcards = [{ prefix: 'openai/', model: 'fast' }]
    const record = await recordOf({ fields: { model: 'openai/plan-of-ours' }, table: { wildcards } })
    expect(record.asked).toBe('openai/*')
    expect(JSON.stringify(record)).not.toContain('plan-of-ours')
  })

  const done = { index: 0, finish_reason: 'length' }
  const stream = (): Response =>
    new Response(
      `data: ${JSON.stringify({ choices: [{ delta: { content: 'hi' } }] })}\n\ndata: ${JSON.stringify({ choices: [{ ...done, delta: {} }] })}\n\ndata: [DONE]\n\n`,
      { headers: { 'content-type': 'text/event-stream' } },
    )
  const whole = answer({ choices: [{ ...done, message: { role: 'assistant', content: 'hi' } }] })
  it.each<[string, Asked, string[] | undefined]>([
    ['of an answer', { backends: { gpu: whole } }, ['length']],
    ['of a stream', { backends: { gpu: stream }, fields: { stream: true } }, ['length']],
    ['not where nothing is said', { backends: { gpu: answer() } }, undefined],
    ['not without a sink', { backends: { gpu: whole }, table: {} }, undefined],
  ])('says for traces why it ended: %s', async (_, asked, finish) => {
    expect((await recordOf({ table: { trace: [TRACE] }, ...asked })).finish).toEqual(finish)
  })

  it('names the arm of a split that it fell on', async () => {
    const split = { kind: 'split' as const, arms: [{ to: 'fast', weight: 1 }], force: false }
    const { rule, variant } = await recordOf({
      table: makeRuledTable([makeRule({ id: 'ab', action: split })]),
      fields: { model: 'auto' },
    })
    expect([rule, variant]).toEqual(['main/ab', 'fast'])
    expect((await recordOf({ fields: { model: 'fast' } })).variant).toBeUndefined()
  })

  it('is made of a request that was refused as well', async () => {
    const refusing: Partial<RouteTable> = { ...base, models: base.models, rulesets: { main: [] } }
    const blocked = { when: null, action: { kind: 'block', status: 403, message: 'no' } } as const
    const rule = { id: 'no', addTags: [], set: {}, clamp: {}, redact: null, ...blocked }
    const ports = scriptedPorts(makeActive({ ...base, ...refusing, rulesets: { main: [rule] } }), {
      gpu: answer(),
    })
    const response = await createApp(ports).fetch(
      new Request('http://localhost/v1/chat/completions', {
        method: 'POST',
        headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED },
        body: JSON.stringify({ model: 'auto', ...says(CARD) }),
      }),
    )
    expect(response.status).toBe(403)
    await response.text()
    await Promise.all(ports.deferred)
    expect(ports.records[0]?.verdict?.counts).toEqual({ 'pii/card': 1 })
  })
})
