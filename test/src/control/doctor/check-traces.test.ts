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

beforeAll(async () => {
  server = createServer((request, response) => {
    const isHealth = request.url === '/api/public/health'
    const knows = request.headers.authorization === `Basic ${Buffer.from('pk:sk').toString('base64')}`
    if (isHealth && health.date !== undefined) response.setHeader('date', health.date)
    response.statusCode = isHealth ? health.status : knows ? project : 401
    response.end(isHealth ? health.body : '{}')
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
    { name: 'all is well', says: ['reach ok: Langfuse 4.16.0 answers', 'keys ok: it knows the keys'] },
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
      says: ['reach warn: URL/api/public/health answers 503', 'keys ok: it knows the keys'],
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
