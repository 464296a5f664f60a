import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkTraces } from '../../../../src/control/doctor/check-traces.ts'
import type { TracePolicy } from '../../../../src/table/trace-policy.ts'

let server: Server
let url = ''
/** What the next answers are: of its health, and of the project. */
let health: { status: number; body: string; date?: string } = { status: 200, body: '' }
let project = 200
/** What the last export had. */
let otlp: { key: string | string[] | undefined; body: string } | null = null

beforeAll(async () => {
  server = createServer((request, response) => {
    const isHealth = request.url === '/api/public/health'
    const knows = request.headers.authorization === `Basic ${Buffer.from('pk:sk').toString('base64')}`
    if (isHealth && health.date !== undefined) response.setHeader('date', health.date)
    if (request.url === '/v1/traces') {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        otlp = { key: request.headers['x-key'], body: Buffer.concat(parts).toString() }
        response.writeHead(project).end('{}')
      })
      return
    }
    response.statusCode = isHealth ? health.status : knows ? project : 401
    response.end(isHealth ? health.body : JSON.stringify(knows ? { data: [{ id: 'p', name: 'home' }] } : {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const GOOD = { status: 200, body: '{"status":"OK","version":"4.16.0"}' }
const KEYS = { PK: 'pk', SK: 'sk' }

interface Case {
  name: string
  health?: typeof health
  project?: number
  environment?: Record<string, string>
  says: string[]
}

describe('checkTraces', () => {
  const found = async (at: string, environment: Record<string, string>): Promise<string[]> => {
    const trace: TracePolicy = {
      kind: 'langfuse',
      url: at,
      content: 'metadata-only',
      publicKey: { env: 'PK' },
      secretKey: { env: 'SK' },
      environment: null,
      backlog: 1,
    }
    const findings = await checkTraces(trace, environment)
    return findings.map(
      ({ check, verdict, message }) => `${check} ${verdict}: ${message.replaceAll(at, 'URL')}`,
    )
  }
  it.each<Case>([
    {
      name: 'all is well',
      says: ['reach ok: Langfuse 4.16.0 answers', 'keys ok: it knows the keys, of the project `home`'],
    },
    {
      name: 'other keys',
      environment: { PK: 'pk', SK: 'other' },
      says: ['reach ok: Langfuse 4.16.0 answers', 'keys fail: it refuses the keys (401)'],
    },
    { name: 'no keys', environment: {}, says: ['reach ok: Langfuse 4.16.0 answers'] },
    {
      name: 'another kind of server',
      health: { status: 200, body: '<html>' },
      project: 404,
      says: [
        'reach warn: URL/api/public/health answers 200 without a version',
        'keys warn: asked for its project, it answers 404',
      ],
    },
    {
      name: 'a server that is not well',
      health: { status: 503, body: GOOD.body },
      says: [
        'reach warn: URL/api/public/health answers 503',
        'keys ok: it knows the keys, of the project `home`',
      ],
    },
  ])('$name', async ({ says, ...world }) => {
    health = world.health ?? GOOD
    project = world.project ?? 200
    expect(await found(url, world.environment ?? KEYS)).toEqual(says)
  })

  it('says that clocks differ', async () => {
    health = { ...GOOD, date: new Date(Date.now() - 600_000).toUTCString() }
    project = 200
    expect((await found(url, KEYS))[1]).toMatch(/^clock warn: its clock and this one differ by 6\d\d s$/)
  })

  it('says that nobody answers', async () => {
    expect(await found('http://127.0.0.1:81', KEYS)).toEqual([
      'reach fail: URL does not answer: ECONNREFUSED',
    ])
  })
})

describe('checkTraces of OTLP', () => {
  const found = async (at: string, environment: Record<string, string>): Promise<string[]> => {
    const trace: TracePolicy = {
      kind: 'otlp',
      url: at,
      content: 'metadata-only',
      headers: { 'x-key': { env: 'KEY' } },
      environment: null,
      backlog: 1,
    }
    const findings = await checkTraces(trace, environment)
    return findings.map(
      ({ check, verdict, message, help }) =>
        `${check} ${verdict}: ${message.replaceAll(url, 'URL')}${help === null ? '' : ` (${help.replaceAll(url, 'URL')})`}`,
    )
  }
  it.each<[number, string]>([
    [200, 'reach ok: URL/v1/traces takes traces'],
    [401, 'keys fail: it refuses the headers (401)'],
    [403, 'keys fail: it refuses the headers (403)'],
    [
      404,
      'reach fail: asked to take no trace, it answers 404 (most collectors take traces at `URL/v1/traces`)',
    ],
    [503, 'reach warn: asked to take no trace, it answers 503'],
  ])('sends no trace, and judges an answer of %i', async (status, says) => {
    project = status
    otlp = null
    expect(await found(`${url}/v1/traces`, { KEY: 'k1' })).toEqual([says])
    expect(otlp).toEqual({ key: 'k1', body: '{"resourceSpans":[]}' })
  })

  it('says that nobody answers', async () => {
    expect(await found('http://127.0.0.1:81/v1/traces', { KEY: 'k1' })).toEqual([
      'reach fail: http://127.0.0.1:81/v1/traces does not answer: ECONNREFUSED (traces wait until it does)',
    ])
  })

  it('asks nobody without its headers', async () => {
    otlp = null
    expect(await found(`${url}/v1/traces`, {})).toEqual([])
    expect(otlp).toBeNull()
  })
})
