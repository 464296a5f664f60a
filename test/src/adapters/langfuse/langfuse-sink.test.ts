import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLangfuseSink } from '../../../../src/adapters/langfuse/langfuse-sink.ts'
import type { HistoryEntry } from '../../../../src/table/history.ts'
import type { TraceDelivery } from '../../../../src/table/trace-sink.ts'
import { makeEntry } from '../tracing/make-entry.ts'

type Serve = (request: IncomingMessage, response: ServerResponse, body: string) => void

interface Rig {
  /** Of entries with these `seq`. */
  send: (...seqs: number[]) => Promise<TraceDelivery>
  sendAll: (entries: readonly HistoryEntry[], signal?: AbortSignal) => Promise<TraceDelivery>
  /** Path and headers of what came, health left out. */
  asked: { path: string; headers: IncomingMessage['headers']; body: string }[]
  /** Nobody listens there from then on. */
  down: () => void
}

const idOf = (seq: number): string => `019ab3c4-d5e6-7f80-9123-${String(seq).padStart(12, '0')}`

async function rig(serve: Serve, health: string | number = '4.16.0'): Promise<Rig> {
  const asked: Rig['asked'] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const path = request.url ?? ''
      if (path === '/api/public/health') {
        response.statusCode = typeof health === 'number' ? health : 200
        response.end(JSON.stringify({ status: 'OK', version: health }))
        return
      }
      const bytes = Buffer.concat(parts)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
      asked.push({ path, headers: request.headers, body: body.toString() })
      serve(request, response, body.toString())
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sink = createLangfuseSink({
    url: `http://127.0.0.1:${port}`,
    publicKey: 'pk',
    secretKey: 'sk',
    environment: null,
    version: '1.2.3',
  })
  const down = (): void => {
    server.close()
    server.closeAllConnections()
  }
  onTestFinished(async () => {
    await sink.close()
    down()
  })
  const sendAll: Rig['sendAll'] = (entries, signal = new AbortController().signal) =>
    sink.send(entries, signal)
  return {
    asked,
    down,
    sendAll,
    send: (...seqs) => sendAll(seqs.map((seq) => makeEntry({ seq, id: idOf(seq) }))),
  }
}

const ok: Serve = (_, response) => void response.end('{}')
const LISTS = { done: [], back: [], refused: [], dead: [] }
const NOTHING = { ...LISTS, spansRefused: 0, inDoubt: 0, retryAfterMs: null, problem: null }

describe('createLangfuseSink', () => {
  it.each<[string | number, string]>([
    ['4.16.0', '/api/public/otel/v1/traces'],
    ['3.22.0', '/api/public/otel/v1/traces'],
    ['3.21.9', '/api/public/ingestion'],
    ['2.95.1', '/api/public/ingestion'],
    ['v10.1.0', '/api/public/otel/v1/traces'],
    ['nightly', '/api/public/otel/v1/traces'],
    [404, '/api/public/otel/v1/traces'],
  ])('asks a server that says %s at %s', async (health, path) => {
    const { send, asked } = await rig(ok, health)
    await send(1)
    expect(asked.map((one) => one.path)).toEqual([path])
  })

  it('sends spans compressed, with the keys and the version of the protocol', async () => {
    const { send, asked } = await rig(ok)
    expect(await send(1, 2)).toEqual({ ...NOTHING, done: [1, 2] })
    expect(asked[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('pk:sk').toString('base64')}`,
      'content-encoding': 'gzip',
      'x-langfuse-ingestion-version': '4',
    })
    const { resourceSpans } = JSON.parse(asked[0]?.body ?? '') as {
      resourceSpans: { scopeSpans: { spans: unknown[] }[] }[]
    }
    expect(resourceSpans[0]?.scopeSpans[0]?.spans).toHaveLength(4)
  })

  it('finds the one that spoils it for the others', async () => {
    const spoilt = idOf(3).replaceAll('-', '')
    const { send } = await rig((_, response, body) => {
      response.statusCode = body.includes(spoilt) ? 400 : 200
      response.end()
    })
    expect(await send(1, 2, 3, 4, 5)).toEqual({
      ...NOTHING,
      done: [1, 2, 4, 5],
      dead: [{ seq: 3, why: 'it answers 400' }],
    })
  })

  it('splits what is too much for one request, and stops at the first that fails', async () => {
    const entries = Array.from({ length: 9 }, (_, i) =>
      makeEntry({ seq: i + 1, id: idOf(i + 1), correlationId: 'x'.repeat(300_000) }),
    )
    let requests = 0
    const { sendAll } = await rig((_, response) => {
      requests += 1
      response.statusCode = requests === 2 ? 503 : 200
      response.end()
    })
    const { done, back, problem } = await sendAll(entries)
    expect([done.length > 0, done.length + back.length, problem, requests]).toEqual([
      true,
      9,
      'it answers 503',
      2,
    ])
  })

  it.each<[string, Serve, Partial<TraceDelivery>]>([
    [
      'too many',
      (_, response) => void response.writeHead(429, { 'retry-after': '7' }).end(),
      { back: [1, 2], retryAfterMs: 7000, problem: 'it answers 429' },
    ],
    [
      'a wish without end',
      (_, response) => void response.writeHead(503, { 'retry-after': '99999999' }).end(),
      { back: [1, 2], retryAfterMs: 300_000, problem: 'it answers 503' },
    ],
    [
      'a wish that cannot be read',
      (_, response) => void response.writeHead(503, { 'retry-after': 'soon' }).end(),
      { back: [1, 2], problem: 'it answers 503' },
    ],
    [
      'keys that it does not know',
      (_, response) => void response.writeHead(401).end('{"message":"sk is not known"}'),
      { back: [1, 2], problem: 'it refuses the keys (401)' },
    ],
    [
      'a way elsewhere',
      (_, response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
      { back: [1, 2], problem: 'it answers 307' },
    ],
    ['silence', (request) => void request.socket.destroy(), { inDoubt: 2, problem: 'UND_ERR_SOCKET' }],
    [
      'a yes that breaks off',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{', () => request.socket.destroy())
      },
      { done: [1, 2] },
    ],
  ])('takes it as it is: %s', async (_, serve, expected) => {
    const { send, asked } = await rig(serve)
    expect(await send(1, 2)).toEqual({ ...NOTHING, ...expected })
    expect(asked).toHaveLength(1)
  })

  it('keeps all where nobody listens', async () => {
    const { send, down } = await rig(ok)
    await send(1)
    down()
    expect(await send(2, 3)).toEqual({ ...NOTHING, back: [2, 3], problem: 'ECONNREFUSED' })
  })

  it('keeps all while its health is bad', async () => {
    const { send, asked } = await rig(ok, 503)
    expect(await send(1)).toEqual({ ...NOTHING, back: [1], problem: 'its health answers 503' })
    expect(asked).toEqual([])
  })

  it('is in doubt of what was cut short', async () => {
    const cut = new AbortController()
    const { sendAll } = await rig(() => cut.abort())
    expect(await sendAll([makeEntry()], cut.signal)).toEqual({ ...NOTHING, inDoubt: 1, problem: 'stopped' })
  })
})
