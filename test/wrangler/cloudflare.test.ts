/** The Cloudflare wiring: it builds, and what is built serves, in the runtime that wrangler pins. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Miniflare, Response } from 'miniflare'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Policies } from '../conformance/harness/start-gateway.ts'
import { buildWorker, dryRun, makeScratch, removeScratch, ROOT, startWorker } from './build-worker.ts'

const HOST = 'gateway.example'
const CLIENT_KEY = 'sk-aicc-test-0000000000000000000000000000'
const BACKEND_KEY = 'canary-backend-key-0123456789'
const SECRETS = { AICC_HOSTS: `other.example, ${HOST}`, AICC_CLIENT_KEY: CLIENT_KEY, REMOTE_KEY: BACKEND_KEY }

const POLICIES: Policies = {
  backends: {
    backends: {
      demo: { kind: 'demo', models: { toy: { id: 'toy' } } },
      remote: {
        kind: 'openai',
        url: 'https://models.example',
        key: { env: 'REMOTE_KEY' },
        models: { far: { id: 'far-1' } },
      },
    },
  },
  policy: { models: { toy: { targets: ['demo/toy'] }, far: { targets: ['remote/far'] } } },
  clients: { clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } } },
}

interface CallOptions {
  host?: string
  headers?: Record<string, string>
  body?: object
}

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

let scratch: string
let bundle: string

beforeAll(async () => {
  scratch = await makeScratch()
  bundle = await buildWorker(scratch, POLICIES)
})

afterAll(async () => {
  await removeScratch(scratch)
})

it('builds from the committed table, and imports nothing but the runtime', async () => {
  const built = await dryRun(ROOT, join(scratch, 'committed'))
  const imports = [...(await readFile(built, 'utf8')).matchAll(/^import .* from "([^"]+)";$/gm)]
  expect(imports.map(([, name]) => name)).toEqual(['cloudflare:workers'])
})

describe('the built Worker', () => {
  let worker: Miniflare
  /** What left the Worker, and how the internet answers. */
  let sent: { url: string; headers: Record<string, string>; body: string }[]
  let reply: () => Response

  beforeAll(async () => {
    worker = startWorker({
      bundle,
      bindings: SECRETS,
      internet: async (outgoing) => {
        const { url, headers } = outgoing
        sent.push({ url, headers: Object.fromEntries(headers), body: await outgoing.text() })
        return reply()
      },
    })
    await worker.ready
  })

  afterAll(async () => {
    await worker?.dispose()
  })

  /** Over a socket: only there does the Host header arrive as the client sent it. */
  const call = async (path: string, options: CallOptions = {}): Promise<Answer> => {
    sent = []
    const { host = HOST, headers, body } = options
    const answer = await request(new URL(path, await worker.ready), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        host,
        authorization: `Bearer ${CLIENT_KEY}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
  }
  const chat = async (model: string, extra: object = {}): Promise<Answer> =>
    await call('/v1/chat/completions', {
      body: { model, messages: [{ role: 'user', content: 'hi' }], ...extra },
    })

  it.each([
    { name: 'is healthy without a key', path: '/health', headers: { authorization: '' }, status: 200 },
    { name: 'asks for a key', path: '/v1/models', headers: { authorization: '' }, status: 401 },
    { name: 'refuses a wrong key', path: '/v1/models', headers: { authorization: 'Bearer no' }, status: 403 },
    {
      name: 'refuses a host that AICC_HOSTS does not name',
      path: '/health',
      host: 'evil.example',
      status: 421,
    },
    { name: 'answers to each host of AICC_HOSTS', path: '/health', host: 'other.example', status: 200 },
  ])('$name', async ({ path, headers = {}, host, status }) => {
    const answer = await call(path, { headers, ...(host !== undefined && { host }) })
    expect(answer.status).toBe(status)
  })

  it('lists the models', async () => {
    const body = JSON.parse((await call('/v1/models')).text) as { data: { id: string }[] }
    expect(body.data.map(({ id }) => id)).toEqual(['far', 'toy'])
  })

  it('streams a chat completion of the demo backend', async () => {
    const { headers, text } = await chat('toy', { stream: true })
    expect(headers['content-type']).toMatch('text/event-stream')
    const frames = text.trimEnd().split('\n\n')
    expect(frames.at(-1)).toBe('data: [DONE]')
    const deltas = frames.slice(0, -1).map((frame) => JSON.parse(frame.slice('data: '.length)))
    expect(deltas.map(({ choices }) => choices[0].delta.content ?? '').join('')).toMatch(/toy model.*: hi$/)
  })

  it('sends to the origin of the table with the key of its secret, and to nobody else', async () => {
    reply = () => Response.json({ object: 'chat.completion', model: 'far-1', choices: [] })
    expect((await chat('far')).status).toBe(200)
    expect(sent).toHaveLength(1)
    expect(sent[0]?.url).toBe('https://models.example/v1/chat/completions')
    expect(sent[0]?.headers['authorization']).toBe(`Bearer ${BACKEND_KEY}`)
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ model: 'far-1' })
    expect(JSON.stringify(sent)).not.toContain(CLIENT_KEY)
  })

  it('does not follow a redirect', async () => {
    reply = () => new Response(null, { status: 307, headers: { location: 'https://elsewhere.example/' } })
    const { status } = await chat('far')
    expect({ status, sent: sent.map(({ url }) => url) }).toEqual({
      status: 502,
      sent: ['https://models.example/v1/chat/completions'],
    })
  })

  it('counts wrong keys per CF-Connecting-IP', async () => {
    const statusFrom = async (address: string): Promise<number> => {
      const headers = { authorization: 'Bearer wrong', 'cf-connecting-ip': address }
      return (await call('/v1/models', { headers })).status
    }
    const statuses: number[] = []
    for (let i = 0; i < 11; i += 1) statuses.push(await statusFrom('192.0.2.1'))
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429])
    expect(await statusFrom('192.0.2.2')).toBe(403)
  })
})

it.each([
  {
    name: 'a client key',
    lacks: 'AICC_CLIENT_KEY',
    says: 'AICC_CLIENT_KEY (a key of client `home`) is not set',
  },
  { name: 'a backend key', lacks: 'REMOTE_KEY', says: 'REMOTE_KEY (the key of backend `remote`) is not set' },
  { name: 'its host names', lacks: 'AICC_HOSTS', says: 'AICC_HOSTS names no host' },
])('does not start without $name, and says so', async ({ lacks, says }) => {
  const bindings = Object.fromEntries(Object.entries(SECRETS).filter(([name]) => name !== lacks))
  let said = ''
  const worker = startWorker({
    bundle,
    bindings,
    internet: () => new Response(null, { status: 500 }),
    onLog: (line) => (said += `${line}\n`),
  })
  try {
    await expect(worker.dispatchFetch(`https://${HOST}/health`)).rejects.toThrow()
    expect(said).toContain(says)
  } finally {
    await worker.dispose().catch(() => {})
  }
})
