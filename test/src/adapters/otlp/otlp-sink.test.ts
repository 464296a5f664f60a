import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOtlpSink } from '../../../../src/adapters/otlp/otlp-sink.ts'
import type { TraceDelivery, TraceSink } from '../../../../src/table/trace-sink.ts'
import type { OutgoingTrace, TraceText } from '../../../../src/table/trace-text.ts'
import { spansIn, wrongWithGenAi, type SentSpan } from '../../../telemetry/otlp-schema.ts'
import { makeEntry, TRACE } from '../tracing/make-entry.ts'

interface Rig {
  sink: TraceSink
  /** Of traces with these `seq`. */
  send: (...seqs: number[]) => Promise<TraceDelivery>
  asked: { path: string; headers: IncomingHttpHeaders; spans: SentSpan[]; body: unknown }[]
}

const trace = (fields: Partial<OutgoingTrace> = {}): OutgoingTrace => ({ ...makeEntry(fields), ...fields })
const idOf = (seq: number): string => `019ab3c4-d5e6-7f80-9123-${String(seq).padStart(12, '0')}`
/** What `seq` a span is of. */
const seqOf = ({ traceId }: SentSpan): number => Number(traceId.slice(-12))

/** @param serve by the trace numbers in it */
async function rig(serve: (response: ServerResponse, seqs: Set<number>) => void): Promise<Rig> {
  const asked: Rig['asked'] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body: unknown = JSON.parse(gunzipSync(Buffer.concat(parts)).toString())
      expect(wrongWithGenAi(body)).toBeNull()
      const spans = spansIn(body)
      asked.push({ path: request.url ?? '', headers: request.headers, spans, body })
      serve(response, new Set(spans.map(seqOf)))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sink = createOtlpSink({
    url: `http://127.0.0.1:${port}/v1/traces`,
    headers: { 'x-key': 'k1' },
    environment: 'home',
    version: '1.2.3',
  })
  onTestFinished(async () => {
    await sink.close()
    server.close()
    server.closeAllConnections()
  })
  const send: Rig['send'] = (...seqs) =>
    sink.send(
      seqs.map((seq) => trace({ seq, id: idOf(seq) })),
      new AbortController().signal,
    )
  return { sink, asked, send }
}

const attributesOf = ({ attributes }: SentSpan): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
const ok = (response: ServerResponse): void => void response.end('{}')

describe('createOtlpSink', () => {
  it('speaks JSON of OTLP, with the headers of the policy and the GenAI names', async () => {
    const { sink, asked } = await rig(ok)
    const failures = [{ backend: 'old', model: 'm', cause: 'timeout' as const, ms: 100 }]
    const known = { variant: 'fast', finish: ['stop'], tokensPerSecond: 11.5 }
    const delivery = await sink.send(
      [trace({ ...known, failures, attempts: 2, tags: ['a'], verdict: null })],
      new AbortController().signal,
    )
    expect(delivery).toMatchObject({ done: [1], problem: null, spansRefused: 0 })
    const [one] = asked
    expect([one?.path, one?.headers]).toMatchObject([
      '/v1/traces',
      { 'x-key': 'k1', 'content-type': 'application/json', 'content-encoding': 'gzip' },
    ])
    expect(JSON.stringify(one?.body)).toContain(
      '{"key":"deployment.environment.name","value":{"stringValue":"home"}}',
    )
    const [root, attempt, answer] = one?.spans ?? []
    if (!root || !attempt || !answer) throw new Error('three spans were expected')
    expect([root.traceId, root.spanId, answer.parentSpanId]).toEqual([
      TRACE,
      TRACE.slice(16),
      TRACE.slice(16),
    ])
    expect(attributesOf(root)).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'fast',
      'gen_ai.request.stream': true,
      'http.response.status_code': '200',
      'user.id': 'crew',
      'aicc.correlation_id': 'run-17',
      'aicc.variant': 'fast',
    })
    expect(attributesOf(attempt)).toMatchObject({ 'gen_ai.provider.name': 'old', 'error.type': 'timeout' })
    expect(attributesOf(answer)).toMatchObject({
      'gen_ai.provider.name': 'gpu',
      'gen_ai.request.model': 'coder',
      'gen_ai.usage.input_tokens': '100',
      'gen_ai.usage.cache_read.input_tokens': '30',
      'gen_ai.usage.output_tokens': '20',
      'gen_ai.response.time_to_first_chunk': 0.25,
      'aicc.cost_usd': 0.0015,
      'aicc.output_tokens_per_second': 11.5,
      'gen_ai.response.finish_reasons': { values: [{ stringValue: 'stop' }] },
    })
    expect(one?.spans.some((span) => 'gen_ai.input.messages' in attributesOf(span))).toBe(false)
  })

  it('writes text as messages where there is some', async () => {
    const { sink, asked } = await rig(ok)
    const calls = [
      { name: 'look', arguments: '{"at":1}' },
      { name: 'cut', arguments: '{"at":' },
    ]
    const text: TraceText = {
      content: 'full',
      sinks: ['otlp'],
      input: [
        { role: 'user', content: 'hi' },
        { role: 'tool', content: '42' },
      ],
      output: [{ role: 'assistant', content: '', calls }],
    }
    await sink.send([trace({ text })], new AbortController().signal)
    const answer = attributesOf(asked[0]?.spans.at(-1) as SentSpan)
    expect(JSON.parse(String(answer['gen_ai.input.messages']))).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', response: '42' }] },
    ])
    expect(JSON.parse(String(answer['gen_ai.output.messages']))).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'tool_call', name: 'look', arguments: { at: 1 } },
          { type: 'tool_call', name: 'cut', arguments: '{"at":' },
        ],
      },
    ])
  })

  it('finds the one that is at fault, and brings the others', async () => {
    const my = await rig((response, seqs) => {
      response.statusCode = seqs.has(3) ? 400 : 200
      response.end()
    })
    expect(await my.send(1, 2, 3, 4)).toMatchObject({
      done: [1, 2, 4],
      dead: [{ seq: 3, why: 'it answers 400' }],
      problem: null,
    })
  })

  it('lets what a 5xx meant alone be tried again, and brings the others', async () => {
    const my = await rig((response, seqs) => {
      response.statusCode = seqs.has(2) ? 500 : 200
      response.end()
    })
    expect(await my.send(1, 2, 3, 4)).toMatchObject({
      done: [1, 3, 4],
      refused: [2],
      back: [],
      problem: 'it answers 500',
    })
  })

  it('waits as long as it is asked to', async () => {
    const my = await rig((response) => {
      response.writeHead(503, { 'retry-after': '7' }).end()
    })
    expect(await my.send(1, 2)).toMatchObject({ back: [1, 2], retryAfterMs: 7000, problem: 'it answers 503' })
  })

  it('counts what it took in part', async () => {
    const my = await rig((response) => void response.end('{"partialSuccess":{"rejectedSpans":"2"}}'))
    expect(await my.send(1, 2)).toMatchObject({ done: [1, 2], spansRefused: 2, problem: null })
  })
})
