/** Who may call: keys, their life, what each client may use, and what a wrong key gets to see. */
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { askOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import { secrets } from './harness/policies.ts'

const HASHED_KEY = 'conf-key-known-by-its-hash-only-0000'
const WRONG_KEY = 'canary-wrong-key-93c0ffee1d2b4a56'
const LIMIT = 10

const options = {
  models: { open: {}, closed: {} },
  aliases: { nickname: 'open' },
  limits: { failedKeys: `${LIMIT}/min` },
  clients: {
    rotating: {
      keys: [{ env: 'CONF_KEY_OLD', deprecated: '2020-01-01' }, { env: 'CONF_KEY_NEW' }],
      models: '*' as const,
    },
    former: { keys: [{ env: 'CONF_KEY_EXPIRED', expires: '2020-01-01' }], models: '*' as const },
    narrow: { keys: [{ env: 'CONF_KEY_NARROW' }], models: ['open'] },
    hashed: {
      keys: [{ sha256: createHash('sha256').update(HASHED_KEY).digest('hex') }],
      models: '*' as const,
    },
  },
}

/** An address of its own for each case, since wrong keys are counted per address. */
let addresses = 0
function nextAddress(): string {
  addresses += 1
  return `127.0.1.${addresses}`
}

describeRuntimes(options, (bench) => {
  const ROUTES = [
    ['GET', '/v1/models'],
    ['GET', '/v1/models/open'],
    ['POST', '/v1/chat/completions'],
    ['POST', '/v1/completions'],
    ['POST', '/v1/embeddings'],
    ['GET', '/no/such/path'],
    ['DELETE', '/v1/models'],
    ['OPTIONS', '/v1/chat/completions'],
    ['POST', '/v1/responses'],
  ] as const

  describe('a missing key', () => {
    it.each(ROUTES)('is 401 at %s %s', async (method, path) => {
      const answer = await bench.client.call({ method, path, key: null })
      expect([answer.status, answer.error().code]).toEqual([401, 'missing_api_key'])
      expect(answer.headers['www-authenticate']).toBe('Bearer')
    })

    it.each([
      '',
      'Bearer',
      'Bearer ',
      'Basic dXNlcjpwYXNz',
      `Token ${secrets['CONF_KEY_NEW']}`,
      secrets['CONF_KEY_NEW'] ?? '',
    ])('is what `Authorization: %s` amounts to', async (authorization) => {
      const answer = await bench.client.call({ key: null, headers: { authorization } })
      expect([answer.status, answer.error().code]).toEqual([401, 'missing_api_key'])
    })

    it('cannot be made up for by a query or another header', async () => {
      const key = bench.gateway.clientKey
      const answer = await bench.client.call({
        path: `/v1/models?api_key=${key}&key=${key}`,
        key: null,
        headers: { 'api-key': key, 'proxy-authorization': `Bearer ${key}` },
      })
      expect(answer.status).toBe(401)
    })
  })

  describe('a wrong key', () => {
    it.each(ROUTES)('is 403 at %s %s', async (method, path) => {
      const answer = await bench.client.call({ method, path, key: WRONG_KEY, from: nextAddress() })
      expect([answer.status, answer.error().code]).toEqual([403, 'invalid_api_key'])
    })

    const values: [string, string][] = [
      ['an SQL quote', `Bearer ' OR '1'='1' --`],
      ['a second scheme', 'Bearer Bearer abc'],
      ['non-ASCII bytes', 'Bearer kéy-\u00ff\u00fe'],
      ['a template', 'Bearer {{7*7}}${7*7}'],
      ['a prototype name', 'Bearer __proto__'],
      ['16 KiB', `Bearer ${'a'.repeat(16 * 1024)}`],
      ['a list', `Bearer a, Bearer ${secrets['CONF_KEY_NEW']}`],
    ]
    it.each(values)('with %s is 403 and nothing of it comes back', async (_, authorization) => {
      const answer = await bench.client.call({ key: null, headers: { authorization }, from: nextAddress() })
      expect(answer.status).toBe(403)
      expect(answer.text).not.toContain(authorization.slice('Bearer '.length))
    })

    it('that shares a prefix or suffix with a right one stays wrong', async () => {
      const right = bench.gateway.clientKey
      const variants = fc.oneof(
        fc.integer({ min: 1, max: right.length - 1 }).map((n) => right.slice(0, n)),
        fc.integer({ min: 1, max: right.length - 1 }).map((n) => right.slice(n)),
        fc.stringMatching(/^[a-z0-9]{1,40}$/).map((tail) => right + tail),
        fc
          .integer({ min: 0, max: right.length - 1 })
          .map((n) => `${right.slice(0, n)}!${right.slice(n + 1)}`),
      )
      await fc.assert(
        fc.asyncProperty(variants, async (key) => {
          expect((await bench.client.call({ key, from: nextAddress() })).status).toBe(403)
        }),
        { numRuns: 30 },
      )
    })

    it('beside a right one in a second header is not let in', async () => {
      const authorization = [`Bearer ${bench.gateway.clientKey}`, `Bearer ${WRONG_KEY}`]
      const answer = await bench.client.call({ key: null, headers: { authorization }, from: nextAddress() })
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
    })

    it('is echoed neither to the caller nor to the log', async () => {
      const body = askOf('open')
      const answer = await bench.client.chat(body, { key: WRONG_KEY, from: nextAddress() })
      expect(answer.text + JSON.stringify(answer.headers)).not.toContain(WRONG_KEY)
      expect(bench.gateway.output()).not.toContain(WRONG_KEY)
      expect(bench.upstream.requestsFor('mock/open').filter((r) => r.body.includes(WRONG_KEY))).toEqual([])
    })
  })

  describe('wrong keys from one address', () => {
    it('are answered 429 with Retry-After beyond the limit, and only there', async () => {
      const from = nextAddress()
      for (let i = 0; i < LIMIT; i++) {
        expect((await bench.client.call({ key: WRONG_KEY, from })).status).toBe(403)
      }
      const limited = await bench.client.call({ key: WRONG_KEY, from })
      expect([limited.status, limited.error().code]).toEqual([429, 'too_many_failed_keys'])
      expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0)
      expect(Number(limited.headers['retry-after'])).toBeLessThanOrEqual(60)
      expect((await bench.client.call({ from })).status, 'the right key').toBe(200)
      expect((await bench.client.call({ key: WRONG_KEY, from: nextAddress() })).status).toBe(403)
    })

    it('cannot be spread by a forwarding header', async () => {
      const from = nextAddress()
      const statuses: number[] = []
      for (let i = 0; i <= LIMIT; i++) {
        const spoofed = `10.0.0.${i}`
        const headers = {
          'x-forwarded-for': spoofed,
          'x-real-ip': spoofed,
          'cf-connecting-ip': spoofed,
          forwarded: `for=${spoofed}`,
        }
        statuses.push((await bench.client.call({ key: WRONG_KEY, from, headers })).status)
      }
      expect(statuses.at(-1)).toBe(429)
    })
  })

  describe('a right key', () => {
    it('passes whatever the case of the scheme', async () => {
      const authorization = `bEARER ${bench.gateway.clientKey}`
      expect((await bench.client.call({ key: null, headers: { authorization } })).status).toBe(200)
    })

    it('may be known by its hash only', async () => {
      expect((await bench.client.call({ key: HASHED_KEY })).status).toBe(200)
    })

    it('that is deprecated works, says so and is logged', async () => {
      const old = secrets['CONF_KEY_OLD'] ?? ''
      const answer = await bench.client.chat(askOf('open'), { key: old })
      expect(answer.status).toBe(200)
      expect(answer.headers['deprecation']).toBe(`@${Date.UTC(2020, 0, 1) / 1000}`)
      await expect.poll(bench.gateway.output).toContain('key-deprecated')
      expect(bench.gateway.output()).not.toContain(old)
    })

    it('of the same client that is current says nothing', async () => {
      const answer = await bench.client.call({ key: secrets['CONF_KEY_NEW'] ?? '' })
      expect([answer.status, answer.headers['deprecation']]).toEqual([200, undefined])
    })

    it('that has expired is 403 everywhere', async () => {
      for (const [method, path] of ROUTES) {
        const key = secrets['CONF_KEY_EXPIRED'] ?? ''
        const answer = await bench.client.call({ method, path, key, from: nextAddress() })
        expect([path, answer.status, answer.error().code]).toEqual([path, 403, 'expired_api_key'])
      }
    })
  })

  describe('a client with a list of models', () => {
    const key = secrets['CONF_KEY_NARROW'] ?? ''

    it('may use them, by alias too', async () => {
      for (const model of ['open', 'nickname']) {
        expect((await bench.client.chat(askOf(model), { key })).status).toBe(200)
      }
    })

    it('is refused another one, and the upstream hears nothing', async () => {
      const answer = await bench.client.chat(askOf('closed'), { key })
      expect([answer.status, answer.error().code]).toEqual([403, 'model_not_allowed'])
      expect(bench.upstream.requestsFor('mock/closed')).toEqual([])
    })

    it('sees only them in the list', async () => {
      const list = (await bench.client.call({ key })).json() as { data: { id: string }[] }
      expect(list.data.map((m) => m.id).sort()).toEqual(['nickname', 'open'])
      expect((await bench.client.call({ key, path: '/v1/models/open' })).status).toBe(200)
      const hidden = await bench.client.call({ key, path: '/v1/models/closed' })
      const absent = await bench.client.call({ key, path: '/v1/models/absent' })
      expect([hidden.status, hidden.error().code]).toEqual([404, 'model_not_found'])
      expect(hidden.text.replaceAll('closed', 'absent')).toBe(absent.text)
    })
  })
})
