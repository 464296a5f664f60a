import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { corsFromPolicy } from '../../../../src/pipeline/edge/cors.ts'
import { readHead } from '../../../../src/pipeline/edge/request-head.ts'
import type { EdgeEnv } from '../../../../src/pipeline/edge/edge-env.ts'
import type { ActiveSnapshot } from '../../../../src/table/active-snapshot.ts'
import { makeActive, makeTable } from '../../make-snapshot.ts'

const ORIGIN = 'https://app.test'

function app(active: ActiveSnapshot): Hono<EdgeEnv> {
  const hono = new Hono<EdgeEnv>()
  hono.use((c, next) => {
    c.set('snapshot', active)
    c.set('correlationId', 'test-1')
    c.set('head', readHead(c.req.raw.headers))
    return next()
  })
  hono.use(corsFromPolicy)
  hono.all('*', (c) => c.text('reached'))
  return hono
}

function allowing(...origins: string[]): ActiveSnapshot {
  return makeActive(makeTable({ cors: { origins, maxAgeSeconds: 60 } }))
}

function preflight(origin: string): RequestInit {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  }
  return { method: 'OPTIONS', headers }
}

function corsHeaders(response: Response): string[] {
  return [...response.headers.keys()].filter((name) => name.startsWith('access-control-'))
}

describe('corsFromPolicy', () => {
  it.each([
    'https://evil.test',
    'https://app.test.evil.test',
    'http://app.test',
    'https://app.test:8443',
    'HTTPS://APP.TEST',
    'null',
    '*',
  ])('gives %s nothing', async (origin) => {
    for (const init of [preflight(origin), { headers: { origin } }]) {
      const response = await app(allowing(ORIGIN)).request('/', init)
      expect(corsHeaders(response)).toEqual([])
      expect(await response.text()).toBe('reached')
    }
  })

  it('is closed where the policy names no origin', async () => {
    const response = await app(allowing()).request('/', { headers: { origin: ORIGIN } })
    expect(corsHeaders(response)).toEqual([])
  })

  it('answers the preflight of a named origin itself', async () => {
    const response = await app(allowing('https://other.test', ORIGIN)).request('/', preflight(ORIGIN))
    expect(response.status).toBe(204)
    expect(response.headers.get('x-correlation-id')).toBe('test-1')
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('access-control-allow-methods')).toBe('GET,POST')
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization,content-type')
    expect(response.headers.get('access-control-max-age')).toBe('60')
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  })

  it('lets a named origin read the answer and our headers', async () => {
    const response = await app(allowing(ORIGIN)).request('/', { headers: { origin: ORIGIN } })
    expect(await response.text()).toBe('reached')
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('access-control-expose-headers')).toContain('x-correlation-id')
    expect(response.headers.get('vary')?.toLowerCase()).toContain('origin')
  })

  it('follows the snapshot of the request', async () => {
    const before = allowing(ORIGIN)
    const after = allowing('https://new.test')
    const answers = await Promise.all(
      [before, after, before].map(async (active) =>
        app(active).request('/', { headers: { origin: ORIGIN } }),
      ),
    )
    expect(answers.map((r) => r.headers.get('access-control-allow-origin'))).toEqual([ORIGIN, null, ORIGIN])
  })
})
