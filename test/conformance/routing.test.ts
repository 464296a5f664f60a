/** Paths, methods, models, correlation ids, CORS and header caps: all that is decided before a body counts. */
import { describe, expect, it } from 'vitest'
import { askOf, streamOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import { rawExchange } from './harness/raw-exchange.ts'

const ORIGIN = 'https://chat.example.com'

const options = {
  models: { plain: {}, 'with:colon.and-dash_x': {}, traced: {}, oddpath: {} },
  aliases: { second: 'plain', 'org/model-7b': 'plain' },
  cors: { origins: [ORIGIN], maxAge: '5m' },
  limits: { headers: '16KiB', headerCount: 60 },
}

describeRuntimes(options, (bench) => {
  describe('paths', () => {
    const ODD = [
      '/v1/../health',
      '/v1/%2e%2e/health',
      '/./health',
      '//health',
      '/health/',
      '/health/x',
      '/health%2f',
      '/health;x',
      '/HEALTH',
      '/%68ealth',
      '/health/..',
      '/x/../health',
      '/v1/models/../../health',
    ]
    it.each(ODD)('%s is not the open path', async (path) => {
      const answer = await bench.client.call({ path, key: null })
      expect(answer.status).toBe(401)
    })

    // The Node adapter takes a backslash for a malformed target, workerd for a character of the path.
    it.each(['/health\\', '\\health', '/\\health'])('%s is not the open path either', async (path) => {
      expect([400, 401]).toContain((await bench.client.call({ path, key: null })).status)
    })

    it.each([
      '/v1/chat/completions/',
      '/v1//chat/completions',
      '//v1/chat/completions',
      '/v1/chat/../chat/completions',
      '/v1/chat/%2e%2e/chat/completions',
      '/v1/%63hat/completions',
      '/V1/chat/completions',
      '/v1/chat/completions%00',
      '/v1/chat/completions;x=1',
      '/chat/completions',
    ])('%s leads nowhere', async (path) => {
      const answer = await bench.client.chat(askOf('oddpath'), { path })
      expect([answer.status, answer.error().code]).toEqual([404, 'not_found'])
      expect(bench.upstream.requestsFor('mock/oddpath')).toEqual([])
    })

    it('a query changes nothing', async () => {
      expect((await bench.client.call({ path: '/health?a=/v1/models', key: null })).status).toBe(200)
      const answer = await bench.client.chat(askOf('plain'), {
        path: '/v1/chat/completions?api_base=http://evil.example',
      })
      expect(answer.status).toBe(200)
      expect(bench.upstream.requestsFor('mock/plain').at(-1)?.path).toBe('/v1/chat/completions')
    })

    it('an unknown path is 404 in the shape of OpenAI', async () => {
      const answer = await bench.client.call({ path: '/v1/unknown' })
      expect(answer.status).toBe(404)
      expect(answer.json()).toEqual({
        error: { message: expect.any(String), type: 'invalid_request_error', param: null, code: 'not_found' },
      })
      expect(answer.headers['content-type']).toMatch(/^application\/json/)
    })

    it.each([
      ['GET', '/v1/chat/completions', 'POST'],
      ['PUT', '/v1/chat/completions', 'POST'],
      ['DELETE', '/v1/embeddings', 'POST'],
      ['PATCH', '/v1/completions', 'POST'],
      ['POST', '/v1/models', 'GET, HEAD'],
      ['DELETE', '/v1/models/plain', 'GET, HEAD'],
      ['POST', '/health', 'GET, HEAD'],
    ])('%s %s is 405 and names what is allowed', async (method, path, allowed) => {
      const answer = await bench.client.call({ method, path })
      expect([answer.status, answer.error().code]).toEqual([405, 'method_not_allowed'])
      expect(answer.headers['allow']).toBe(allowed)
    })
  })

  describe('/health', () => {
    it('is open and says nothing but that it is there', async () => {
      const answer = await bench.client.call({ path: '/health', key: null })
      expect([answer.status, answer.json()]).toEqual([200, { status: 'ok' }])
      for (const name of ['server', 'x-powered-by', 'x-aicc-version', 'x-aicc-backend']) {
        expect(answer.headers[name]).toBeUndefined()
      }
    })

    it('answers HEAD without a body', async () => {
      const answer = await bench.client.call({ method: 'HEAD', path: '/health', key: null })
      expect([answer.status, answer.text]).toEqual([200, ''])
    })
  })

  describe('models', () => {
    it('lists names and aliases in the shape of OpenAI', async () => {
      const list = (await bench.client.call()).json() as { object: string; data: Record<string, unknown>[] }
      expect(list.object).toBe('list')
      const expected = [...Object.keys(options.models), ...Object.keys(options.aliases)]
      expect(new Set(list.data.map((m) => m['id']))).toEqual(new Set(expected))
      expect(list.data).toHaveLength(expected.length)
      for (const model of list.data) {
        expect(model).toEqual({
          id: expect.any(String),
          object: 'model',
          created: expect.any(Number),
          owned_by: expect.any(String),
        })
      }
    })

    it.each([
      'plain',
      'second',
      'with:colon.and-dash_x',
      'with%3Acolon.and-dash_x',
      '%70lain',
      'org/model-7b',
      'org%2Fmodel-7b',
    ])('finds %s', async (id) => {
      const answer = await bench.client.call({ path: `/v1/models/${id}` })
      expect([answer.status, (answer.json() as { id: string }).id]).toEqual([200, decodeURIComponent(id)])
    })

    it.each([
      'absent',
      'plain/x',
      'mock%2Fplain',
      'mock/plain',
      '__proto__',
      'constructor',
      '%E0%A4%A',
      '..%2f..%2fhealth',
    ])('does not find %s', async (id) => {
      const answer = await bench.client.call({ path: `/v1/models/${id}` })
      expect([answer.status, answer.error().code]).toEqual([404, 'model_not_found'])
    })

    it.each(['absent', 'mock/plain', 'PLAIN', '__proto__', 'constructor', 'toString'])(
      'does not route to %s',
      async (model) => {
        const answer = await bench.client.chat(askOf(model))
        expect([answer.status, answer.error().code]).toEqual([404, 'model_not_found'])
      },
    )
  })

  describe('correlation id', () => {
    it.each(['a', 'A-b_c.d:e', '01234567-89ab-cdef-0123-456789abcdef', 'x'.repeat(128)])(
      'keeps %s, returns it and passes it on',
      async (id) => {
        const answer = await bench.client.chat(askOf('traced'), { headers: { 'x-correlation-id': id } })
        expect(answer.headers['x-correlation-id']).toBe(id)
        const passed = bench.upstream.requestsFor('mock/traced').at(-1)
        expect(passed?.headers['x-correlation-id']).toBe(id)
      },
    )

    it.each(['', 'x'.repeat(129), 'a b', 'a;b', '{"a":1}', 'é', '<script>', 'a, b'])(
      'replaces `%s`',
      async (id) => {
        const answer = await bench.client.chat(askOf('traced'), { headers: { 'x-correlation-id': id } })
        const made = answer.headers['x-correlation-id']
        expect(made).toMatch(/^[A-Za-z0-9._:-]{16,128}$/)
        expect(bench.upstream.requestsFor('mock/traced').at(-1)?.headers['x-correlation-id']).toBe(made)
      },
    )

    it('comes back with every answer, refusals and streams included', async () => {
      const calls = [
        { path: '/health', key: null },
        { path: '/v1/models', key: null },
        { path: '/v1/unknown' },
        { path: '/v1/models' },
        { body: 'no json' },
        { body: streamOf('plain') },
        { headers: { host: 'evil.example' } },
      ]
      for (const call of calls) {
        const { headers } = await bench.client.call(call)
        expect(headers['x-correlation-id']).toMatch(/^[A-Za-z0-9._:-]+$/)
      }
    })

    it('is new for each request', async () => {
      const ids = await Promise.all(
        Array.from({ length: 20 }, async () => (await bench.client.call()).headers['x-correlation-id']),
      )
      expect(new Set(ids).size).toBe(20)
    })
  })

  describe('cross-origin requests', () => {
    const preflight = {
      method: 'OPTIONS',
      path: '/v1/chat/completions',
      key: null,
    }
    const asks = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    }

    it('are open for an origin of the policy', async () => {
      const answer = await bench.client.call({ ...preflight, headers: { origin: ORIGIN, ...asks } })
      expect(answer.status).toBe(204)
      expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN)
      expect(answer.headers['access-control-allow-headers']?.toLowerCase()).toContain('authorization')
      expect(answer.headers['access-control-max-age']).toBe('300')
      expect(answer.headers['vary']).toMatch(/origin/i)
      const real = await bench.client.chat(askOf('plain'), { headers: { origin: ORIGIN } })
      expect(real.headers['access-control-allow-origin']).toBe(ORIGIN)
      const refused = await bench.client.chat(askOf('absent'), { headers: { origin: ORIGIN } })
      expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([404, ORIGIN])
    })

    it('never come with credentials', async () => {
      const answer = await bench.client.call({ ...preflight, headers: { origin: ORIGIN, ...asks } })
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
    })

    it.each([
      'https://evil.example',
      'null',
      'http://chat.example.com',
      'https://chat.example.com.evil.example',
      'https://chat.example.com:444',
      'https://CHAT.example.com',
    ])('are closed for %s', async (origin) => {
      const before = await bench.client.call({ ...preflight, headers: { origin, ...asks } })
      expect(before.headers['access-control-allow-origin']).toBeUndefined()
      expect(before.status).toBeGreaterThanOrEqual(400)
      const real = await bench.client.chat(askOf('plain'), { headers: { origin } })
      expect(real.headers['access-control-allow-origin']).toBeUndefined()
    })
  })

  describe('the header block', () => {
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-pad-${i}`, 'v']))

    it('may have so many fields, and no more', async () => {
      // host, authorization and connection come on top.
      expect((await bench.client.call({ headers: many(57) })).status).toBe(200)
      const answer = await bench.client.call({ headers: many(61) })
      expect([answer.status, answer.error().code]).toEqual([431, 'headers_too_large'])
      expect((await bench.client.call({ headers: many(3000) })).status).toBe(431)
    })

    it('may be so large, and no larger', async () => {
      expect((await bench.client.call({ headers: { 'x-pad': 'v'.repeat(15 * 1024) } })).status).toBe(200)
      const answer = await bench.client.call({ headers: { 'x-pad': 'v'.repeat(17 * 1024) } })
      expect([answer.status, answer.error().code]).toEqual([431, 'headers_too_large'])
    })

    it('is bounded also when one name repeats', async () => {
      const repeated = `X-Pad: ${'v'.repeat(200)}\r\n`.repeat(90)
      const { received } = await rawExchange(bench.gateway, {
        send: [`GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${repeated}\r\n`],
      })
      expect(received).toMatch(/^HTTP\/1\.1 431 /)
    })
  })
})
