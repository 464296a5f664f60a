import { describe, expect, it, vi } from 'vitest'
import { createEdge, type Edge } from '../../../src/runtime/edge.ts'
import type { Snapshot } from '../../../src/table/snapshot.ts'
import { controlledStream, type ControlledStream } from '../controlled-stream.ts'
import { rejectionOf } from '../error-of.ts'
import { AUTHORIZED, makeActive, makeSnapshot, makeTable } from '../make-snapshot.ts'
import { type Backend, scriptedPorts } from '../scripted-ports.ts'

interface EdgeOptions {
  pullSnapshot?: () => Promise<Snapshot>
  gpu?: Backend
}

function createTestEdge({ pullSnapshot, gpu }: EdgeOptions): Edge {
  const ports = scriptedPorts(makeActive(), gpu === undefined ? {} : { gpu })
  return createEdge({
    ...ports,
    pullSnapshot: pullSnapshot ?? (() => Promise.reject(new Error('control is down'))),
    shipRecords: () => Promise.resolve(true),
    remoteLedger: {
      reserve: () => Promise.reject(new Error('none')),
      settle: () => Promise.resolve(),
      cancel: () => Promise.resolve(),
    },
  })
}

function snapshotWith(digest: string): Snapshot {
  return makeSnapshot(makeTable({ digest }))
}

const push = (edge: Edge, snapshot: unknown): Promise<Response> =>
  edge.control(new Request('http://edge/snapshot', { method: 'PUT', body: JSON.stringify(snapshot) }))

async function status(edge: Edge): Promise<{ digest: string | null; startedAt: number; inFlight: number }> {
  return (await edge.control(new Request('http://edge/status'))).json() as ReturnType<typeof status>
}

async function serving(edge: Edge): Promise<[number, string | null]> {
  const response = await edge.fetch(
    new Request('http://localhost/v1/models', { headers: { host: 'localhost', ...AUTHORIZED } }),
  )
  return [response.status, response.headers.get('x-aicc-digest')]
}

describe('the control side', () => {
  it('takes a snapshot and serves from it', async () => {
    const edge = createTestEdge({})
    expect(await status(edge)).toMatchObject({ digest: null, inFlight: 0 })
    expect((await push(edge, snapshotWith('aa'))).status).toBe(204)
    expect(await status(edge)).toMatchObject({ digest: 'aa' })
    expect(await serving(edge)).toEqual([200, 'aa'])
    await push(edge, snapshotWith('bb'))
    expect(await serving(edge)).toEqual([200, 'bb'])
  })

  it.each([
    ['GET', '/snapshot'],
    ['PUT', '/status'],
    ['POST', '/snapshot'],
    ['GET', '/'],
    ['GET', '/health'],
  ])('has no %s %s', async (method, path) => {
    const edge = createTestEdge({})
    expect((await edge.control(new Request(`http://edge${path}`, { method }))).status).toBe(404)
  })

  it('keeps what it has when a push is no snapshot', async () => {
    const edge = createTestEdge({})
    await push(edge, snapshotWith('aa'))
    const cut = new Request('http://edge/snapshot', { method: 'PUT', body: '{"table":' })
    expect(await rejectionOf(edge.control(cut))).toBeInstanceOf(Error)
    expect(await rejectionOf(push(edge, {}))).toBeInstanceOf(Error)
    expect(await serving(edge)).toEqual([200, 'aa'])
  })
})

describe('without a pushed snapshot', () => {
  it('asks the control process, once it answers no more', async () => {
    let pulls = 0
    const edge = createTestEdge({
      pullSnapshot: async () => {
        pulls += 1
        return snapshotWith('cc')
      },
    })
    expect(await serving(edge)).toEqual([200, 'cc'])
    expect(await serving(edge)).toEqual([200, 'cc'])
    expect(pulls).toBe(1)
  })

  it('is not ready while the control process is down, and is when it comes back', async () => {
    let up = false
    const edge = createTestEdge({
      pullSnapshot: async () => {
        if (!up) throw new Error('down')
        return snapshotWith('cc')
      },
    })
    expect(await serving(edge)).toEqual([503, null])
    up = true
    expect(await serving(edge)).toEqual([200, 'cc'])
  })

  it('prefers what was pushed while it asked', async () => {
    const pulled = Promise.withResolvers<Snapshot>()
    const edge = createTestEdge({ pullSnapshot: () => pulled.promise })
    const answer = serving(edge)
    await push(edge, snapshotWith('new'))
    pulled.resolve(snapshotWith('old'))
    expect(await answer).toEqual([200, 'new'])
    expect(await status(edge)).toMatchObject({ digest: 'new' })
  })
})

it('hears of a defect in work that nobody waits for, and goes on', async () => {
  const events: unknown[] = []
  const ports = scriptedPorts(makeActive(), { gpu: () => new Response('no', { status: 500 }) })
  const edge = createEdge({
    ...ports,
    log: (event) => {
      if (event.event === 'stream-broken') throw new Error('a defect')
      events.push(event)
    },
    pullSnapshot: () => Promise.resolve(makeSnapshot()),
    shipRecords: () => Promise.resolve(true),
    remoteLedger: {
      reserve: () => Promise.reject(new Error('none')),
      settle: () => Promise.resolve(),
      cancel: () => Promise.resolve(),
    },
  })
  const headers = { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED }
  const body = JSON.stringify({ model: 'fast', stream: true, messages: [{ role: 'user', content: 'hi' }] })
  // It gets no answer: what it is told comes behind the defect.
  void edge.fetch(new Request('http://localhost/v1/chat/completions', { method: 'POST', headers, body }))
  await vi.waitFor(() =>
    expect(events).toContainEqual({
      event: 'internal-error',
      correlationId: 'none',
      cause: 'Error: a defect',
    }),
  )
  await Promise.all(ports.deferred.slice(1))
})

it('a client whose peer is reported gone lets go of its backend', async () => {
  let upstream: AbortSignal | undefined
  const ports = scriptedPorts(makeActive(), {
    gpu: ({ signal }) => {
      upstream = signal
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    },
  })
  const edge = createEdge({
    ...ports,
    peerOf: () => '192.0.2.7:4711',
    pullSnapshot: () => Promise.resolve(makeSnapshot()),
    shipRecords: () => Promise.resolve(true),
    remoteLedger: {
      reserve: () => Promise.reject(new Error('none')),
      settle: () => Promise.resolve(),
      cancel: () => Promise.resolve(),
    },
  })
  const control = async (path: string, body?: string): Promise<Response> =>
    edge.control(new Request(`http://edge${path}`, body === undefined ? {} : { method: 'POST', body }))
  const peers = async (): Promise<unknown> => (await control('/peers')).json()
  const asked = edge.fetch(
    new Request('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED },
      body: '{"model":"fast"}',
    }),
  )
  await expect.poll(() => upstream).toBeDefined()
  // Who has only just come is not looked after yet.
  expect(await peers()).toEqual([])
  await expect.poll(peers).toEqual(['192.0.2.7:4711'])
  expect((await control('/gone', '["192.0.2.8:4711"]')).status).toBe(204)
  expect(upstream?.aborted).toBe(false)
  expect((await control('/gone', '["192.0.2.7:4711"]')).status).toBe(204)
  await asked
  expect(upstream?.aborted).toBe(true)
  expect(await peers()).toEqual([])
})

it('a request ends on the snapshot it began with, and counts until its last byte', async () => {
  let stream: ControlledStream | undefined
  const edge = createTestEdge({
    gpu: ({ signal }) => {
      stream = controlledStream(signal)
      return stream.response
    },
  })
  await push(edge, snapshotWith('aa'))
  const asked = edge.fetch(
    new Request('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED },
      body: '{"model":"fast","stream":true}',
    }),
  )
  await expect.poll(() => stream).toBeDefined()
  await push(edge, makeSnapshot(makeTable({ digest: 'bb', names: {}, models: {} })))
  await stream?.send('data: {"choices":[{"delta":{"content":"hi"}}]}\n\n')
  const response = await asked
  expect(response.headers.get('x-aicc-digest')).toBe('aa')
  expect(await status(edge)).toMatchObject({ digest: 'bb', inFlight: 1 })
  const text = response.text()
  await stream?.send('data: [DONE]\n\n')
  await stream?.end()
  expect(await text).toContain('[DONE]')
  await expect.poll(async () => (await status(edge)).inFlight).toBe(0)
})

it('hears who is down, and says whom it asks last and how many attempts there were', async () => {
  const edge = createTestEdge({ gpu: () => Response.json({}) })
  await push(edge, snapshotWith('aa'))
  expect(await status(edge)).toMatchObject({ attempts: 0, held: [] })
  const origin = makeTable().backends['gpu']?.origin
  const tell = async (up: boolean): Promise<number> => {
    const body = JSON.stringify({ gpu: { up, origin, askedAgoMs: 0 } })
    return (await edge.control(new Request('http://edge/health', { method: 'PUT', body }))).status
  }
  expect(await tell(false)).toBe(204)
  expect(await status(edge)).toMatchObject({ attempts: 0, held: ['gpu'] })
  const answer = await edge.fetch(
    new Request('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED },
      body: '{"model":"fast","messages":[]}',
    }),
  )
  expect(answer.status).toBe(200)
  expect(await status(edge)).toMatchObject({ attempts: 1, held: [] })
})
