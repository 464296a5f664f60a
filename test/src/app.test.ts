import type { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import type { EdgeEnv } from '../../src/pipeline/edge/edge-env.ts'
import { SURFACES } from '../../src/protocols/surfaces.ts'
import {
  AUTHORIZED,
  hashedKey,
  KEY,
  makeActive,
  makeBackend,
  makeClient,
  makeTable,
  makeTarget,
} from './make-snapshot.ts'
import { type Backend, type ScriptedPorts, scriptedPorts } from './scripted-ports.ts'

const ORIGIN = 'https://app.test'
const ok: Backend = () => Response.json({ id: 'x' })
const table = makeTable({
  cors: { origins: [ORIGIN], maxAgeSeconds: 60 },
  clients: { crew: makeClient(), guest: makeClient({ models: ['safe'] }) },
})
const active = makeActive(table, {
  keys: [
    hashedKey(KEY, 'crew'),
    hashedKey('guest', 'guest'),
    hashedKey('old', 'crew', { deprecatedAt: 1000, expiresAt: 4_000_000_000_000 }),
  ],
})

function createGateway(backends: Record<string, Backend> = { gpu: ok, spare: ok }): {
  app: Hono<EdgeEnv>
  ports: ScriptedPorts
} {
  const ports = scriptedPorts(active, backends)
  return { app: createApp(ports), ports }
}

interface Ask {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** A request as a runtime hands it over: with a Host. */
function request(path: string, { method, headers = {}, body }: Ask = {}): Request {
  const init = {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { host: 'localhost', ...headers },
  }
  return new Request(`http://localhost${path}`, body === undefined ? init : { ...init, body })
}

function chat(fields: object = {}, headers: Record<string, string> = {}): Request {
  const body = JSON.stringify({ model: 'fast', messages: [], ...fields })
  return request('/v1/chat/completions', {
    headers: { ...AUTHORIZED, 'content-type': 'application/json', ...headers },
    body,
  })
}

/** Both protocols' errors have it in the same place. */
async function messageOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: { message: string } }).error.message
}

async function codeOf(response: Response): Promise<[number, unknown]> {
  const { error } = (await response.json()) as { error: { code: unknown } }
  return [response.status, error.code]
}

describe('routes', () => {
  it('answers /health to everybody, without detail', async () => {
    const response = await createGateway().app.fetch(request('/health'))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'ok' })
  })

  it.each([
    ...SURFACES.flatMap(({ path }) => ['GET', 'POST', 'PUT', 'OPTIONS'].map((method) => [method, path])),
    ['GET', '/v1/models'],
    ['HEAD', '/v1/models'],
    ['GET', '/v1/models/fast'],
    ['GET', '/'],
    ['GET', '/nowhere'],
    ['POST', '/admin/reload'],
    ['GET', '/Health'],
    ['GET', '/health/'],
    ['GET', '/health/../v1/models'],
    ['GET', '//health'],
    ['GET', '/%68ealth'],
    ['GET', '/v1/models/../../health'],
  ] as [string, string][])('%s %s takes a key', async (method, path) => {
    // A Request would normalise its URL; a runtime hands the raw one over.
    const raw = request('/', { method })
    Object.defineProperty(raw, 'url', { value: `http://localhost${path}` })
    const response = await createGateway().app.fetch(raw)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
  })

  it.each([
    { method: 'POST', path: '/health', allow: 'GET, HEAD' },
    { method: 'DELETE', path: '/v1/models', allow: 'GET, HEAD' },
    { method: 'POST', path: '/v1/models/fast', allow: 'GET, HEAD' },
    ...SURFACES.map(({ path }) => ({ method: 'GET', path, allow: 'POST' })),
  ])('$method $path is not allowed', async ({ method, path, allow }) => {
    const response = await createGateway().app.fetch(request(path, { method, headers: AUTHORIZED }))
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
    expect(await messageOf(response)).toBe(`This path takes ${allow}.`)
  })

  it('knows no other path', async () => {
    const response = await createGateway().app.fetch(request('/v1/nowhere', { headers: AUTHORIZED }))
    expect(await codeOf(response)).toEqual([404, 'not_found'])
  })

  it.each([
    { key: KEY, names: ['fast', 'safe', 'gpt-4'] },
    { key: 'guest', names: ['safe'] },
  ])('lists $names', async ({ key, names }) => {
    const headers = { authorization: `Bearer ${key}` }
    const { app } = createGateway()
    const list = (await (await app.fetch(request('/v1/models', { headers }))).json()) as {
      data: { id: string }[]
    }
    expect(list.data.map((card) => card.id)).toEqual(names)
    const card = await app.fetch(request('/v1/models/fast', { headers }))
    expect(card.status).toBe(names.includes('fast') ? 200 : 404)
  })

  it('finds a model whose name has a slash', async () => {
    const named = makeActive(makeTable({ names: { 'org/model': 'fast' } }))
    const app = createApp(scriptedPorts(named, {}))
    for (const path of ['/v1/models/org/model', '/v1/models/org%2Fmodel']) {
      const response = await app.fetch(request(path, { headers: AUTHORIZED }))
      expect(await response.json()).toMatchObject({ id: 'org/model' })
    }
  })

  it.each(SURFACES.filter(({ body, isSound }) => body === 'json' && !isSound))(
    '$surface is forwarded',
    async ({ path, backendPath, surface }) => {
      const targets = { 'gpu/coder': makeTarget({ speaks: [surface] }) }
      // Else it would be told to keep nothing.
      const backends = { gpu: makeBackend({ keepsState: true }) }
      const ports = scriptedPorts(makeActive(makeTable({ surfaces: [surface], targets, backends })), {
        gpu: ok,
      })
      const app = createApp(ports)
      const headers = { ...AUTHORIZED, 'content-type': 'application/json' }
      const response = await app.fetch(request(path, { headers, body: '{"model":"gpt-4","x":[1e400]}' }))
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ id: 'x' })
      expect(ports.calls).toMatchObject([
        {
          backend: 'gpu',
          request: { path: `/v1${backendPath}`, body: '{"model":"qwen3-coder","x":[1e400]}' },
        },
      ])
    },
  )
})

describe('every answer', () => {
  it.each([
    { name: 'a success', ask: chat(), known: true },
    { name: 'a refusal of the route', ask: chat({ model: 'nowhere' }), known: true },
    { name: 'an unknown path', ask: request('/nowhere', { headers: AUTHORIZED }), known: true },
    { name: 'a missing key', ask: request('/v1/models'), known: false },
    { name: 'an open route', ask: request('/health'), known: false },
    { name: 'an unknown host', ask: request('/health', { headers: { host: 'evil.test' } }), known: false },
  ])('carries the correlation id, and the digest for who has a key: $name', async ({ ask, known }) => {
    const sent = new Request(ask)
    sent.headers.set('x-correlation-id', 'mine-1')
    const response = await createGateway().app.fetch(sent)
    expect(response.headers.get('x-correlation-id')).toBe('mine-1')
    expect(response.headers.get('x-aicc-digest')).toBe(known ? 'd1d1d1d1d1d1' : null)
  })

  it('passes the correlation id on, and makes one when the caller’s is not sane', async () => {
    const { app, ports } = createGateway()
    const response = await app.fetch(chat({}, { 'x-correlation-id': 'not sane' }))
    const id = response.headers.get('x-correlation-id')
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(ports.calls[0]?.request.headers['x-correlation-id']).toBe(id)
  })

  it('says 503 while there is no snapshot', async () => {
    const ports = { ...scriptedPorts(active, {}), snapshot: () => Promise.reject(new Error('none')) }
    const response = await createApp(ports).fetch(request('/health'))
    expect(response.headers.get('retry-after')).toBe('1')
    expect(response.headers.get('x-correlation-id')).not.toBeNull()
    expect(await codeOf(response)).toEqual([503, 'not_ready'])
  })

  it('hides a defect, and logs it without the request', async () => {
    const { app, ports } = createGateway()
    ports.clientAddress = () => {
      throw new TypeError('x is not a function')
    }
    const response = await app.fetch(request('/v1/models', { headers: { authorization: 'Bearer wrong' } }))
    expect(await codeOf(response)).toEqual([500, 'internal_error'])
    expect(ports.events).toMatchObject([{ event: 'internal-error', cause: 'TypeError: x is not a function' }])
  })
})

describe('order of the checks', () => {
  it.each([
    { name: 'host before key', headers: { host: 'evil.test' }, expected: [421, 'unknown_host'] },
    {
      name: 'a host that holds a path',
      headers: { host: 'localhost/health?' },
      expected: [400, 'malformed_host'],
    },
    {
      name: 'host before cors',
      headers: { host: 'evil.test', origin: ORIGIN },
      expected: [421, 'unknown_host'],
    },
    {
      name: 'header size before key',
      headers: { 'x-big': 'x'.repeat(9000) },
      expected: [431, 'headers_too_large'],
    },
    { name: 'key before path', headers: {}, expected: [401, 'missing_api_key'] },
  ])('$name', async ({ headers, expected }) => {
    const response = await createGateway().app.fetch(request('/nowhere', { headers }))
    expect(await codeOf(response)).toEqual(expected)
  })

  it('judges a key before it reads the body', async () => {
    const { app, ports } = createGateway()
    const ask = chat({}, { authorization: 'Bearer wrong' })
    expect(await codeOf(await app.fetch(ask))).toEqual([403, 'invalid_api_key'])
    expect(ask.bodyUsed).toBe(false)
    expect(ports.calls).toEqual([])
  })

  it.each([
    { name: 'a model it does not know', fields: { model: 'nowhere' }, expected: [404, 'model_not_found'] },
    {
      name: 'a field that is the policy’s',
      fields: { api_base: 'http://evil.test' },
      expected: [400, 'field_not_allowed'],
    },
    { name: 'a body beyond the bound', fields: { pad: 'x'.repeat(5000) }, expected: [413, 'body_too_large'] },
  ])('sends nothing for $name', async ({ fields, expected }) => {
    const { app, ports } = createGateway()
    expect(await codeOf(await app.fetch(chat(fields)))).toEqual(expected)
    expect(ports.calls).toEqual([])
  })

  it('sends nothing for a model that is not the client’s', async () => {
    const { app, ports } = createGateway()
    const response = await app.fetch(chat({ model: 'gpt-4' }, { authorization: 'Bearer guest' }))
    expect(await codeOf(response)).toEqual([403, 'model_not_allowed'])
    expect(ports.calls).toEqual([])
  })
})

describe('keys', () => {
  it('marks answers to a deprecated key, also errors, and logs its id', async () => {
    const { app, ports } = createGateway()
    const old = { authorization: 'Bearer old' }
    for (const ask of [chat({}, old), chat({ model: 'nowhere' }, old)]) {
      const response = await app.fetch(ask)
      expect(response.headers.get('deprecation')).toBe('@1')
      expect(response.headers.get('sunset')).toBe('Tue, 02 Oct 2096 07:06:40 GMT')
    }
    expect(ports.events).toMatchObject([
      { event: 'key-deprecated', client: 'crew', keyId: hashedKey('old', '').sha256.slice(0, 8) },
      { event: 'key-deprecated' },
    ])
  })

  it('slows one address down that guesses, and nobody else', async () => {
    const { app, ports } = createGateway()
    const guess = async (): Promise<number> =>
      (await app.fetch(request('/v1/models', { headers: { authorization: 'Bearer guess' } }))).status
    expect([await guess(), await guess(), await guess(), await guess()]).toEqual([403, 403, 403, 429])
    expect((await app.fetch(request('/v1/models', { headers: AUTHORIZED }))).status).toBe(200)
    ports.peer = '192.0.2.8'
    expect(await guess()).toBe(403)
    expect(ports.events).toMatchObject([{ event: 'keys-failing', address: '192.0.2.7' }])
  })

  it('never lets a key out', async () => {
    const { app, ports } = createGateway({ gpu: () => new Response('', { status: 500 }), spare: ok })
    await app.fetch(chat({ model: 'safe' }, { 'x-api-key': KEY, cookie: KEY }))
    await app.fetch(chat({}, { authorization: `Bearer ${KEY}x` }))
    expect(ports.calls).toHaveLength(2)
    expect(JSON.stringify([ports.calls, ports.events])).not.toContain(KEY)
  })
})

describe('cross-origin requests', () => {
  it('lets a named origin read errors too', async () => {
    const response = await createGateway().app.fetch(request('/v1/models', { headers: { origin: ORIGIN } }))
    expect(response.status).toBe(401)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
  })

  it('answers a preflight without a key', async () => {
    const headers = { origin: ORIGIN, 'access-control-request-method': 'POST' }
    const response = await createGateway().app.fetch(
      request('/v1/chat/completions', { method: 'OPTIONS', headers }),
    )
    expect(response.status).toBe(204)
  })
})

it('streams through the whole app', async () => {
  const body = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n'
  const { app } = createGateway({
    gpu: () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
  })
  const response = await app.fetch(chat({ stream: true }))
  expect(response.headers.get('x-aicc-digest')).toBe('d1d1d1d1d1d1')
  expect(await response.text()).toBe(body)
})
