/** `Host` is judged before anything else: workerd would let it choose the path. */
import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { askOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import { EXTRA_NAME } from './harness/policies.ts'
import { rawExchange } from './harness/raw-exchange.ts'

const ROUTES = [
  ['GET', '/health'],
  ['GET', '/v1/models'],
  ['POST', '/v1/chat/completions'],
  ['GET', '/no/such/path'],
] as const

const KNOWN = [
  'localhost',
  'LOCALHOST',
  'LocalHost:8443',
  '127.0.0.1',
  '127.0.0.1:1',
  '[::1]',
  '[::1]:8443',
  'host.docker.internal',
  'Host.Docker.Internal:4000',
  hostname(),
  EXTRA_NAME,
  `${EXTRA_NAME.toUpperCase()}:99`,
]
const UNKNOWN = [
  'evil.example',
  'localhost.evil.example',
  'evil.example:8443',
  '8.8.8.8',
  '[2001:db8::1]',
  '127.1',
  '0x7f000001',
  '2130706433',
  '169.254.169.254',
]
const MALFORMED = [
  'a/b?c',
  'localhost/health',
  'localhost/v1/models?x=',
  'localhost?x',
  'localhost#x',
  'u@localhost',
  'localhost@evil.example',
  'u:p@localhost:1',
  'localhost:abc',
  'localhost:99999999',
  '[::1',
  '::1',
  'localhost,evil.example',
  'localhost evil.example',
  '%6cocalhost',
  'localhost\\evil',
  'http://localhost',
]

describeRuntimes({ models: { plain: {} } }, (bench) => {
  describe.each(ROUTES)('at %s %s', (method, path) => {
    it('answers to every name of the machine', async () => {
      for (const host of KNOWN) {
        const body = method === 'POST' ? askOf('plain') : undefined
        const { status } = await bench.client.call({ method, path, headers: { host }, body })
        expect([host, status]).toEqual([host, path.startsWith('/no') ? 404 : 200])
      }
    })

    // Without a key: the name is judged first, so it is not 401.
    it('refuses unknown names with 421', async () => {
      for (const host of UNKNOWN) {
        const answer = await bench.client.call({ method, path, headers: { host }, key: null })
        expect([host, answer.status]).toEqual([host, 421])
        expect(answer.error().code).toBe('unknown_host')
        expect(answer.error().message).toContain('listen.names')
      }
    })

    it('refuses malformed names with 400, in the shape of OpenAI', async () => {
      for (const host of MALFORMED) {
        const { received } = await rawExchange(bench.gateway, {
          send: [`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`],
        })
        expect([host, received.slice(0, 13)]).toEqual([host, 'HTTP/1.1 400 '])
        expect([host, /"code":"(\w+)"/.exec(received)?.[1]]).toEqual([host, 'malformed_host'])
        expect(received.toLowerCase()).toContain('x-correlation-id')
      }
    })
  })

  it('goes by the Host header also on the plain listener', async () => {
    for (const [host, status] of [
      ['localhost', 200],
      ['evil.example', 421],
      ['localhost/v1/models', 400],
    ] as const) {
      const { received } = await rawExchange(bench.gateway, {
        over: 'http',
        send: [`GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`],
      })
      expect([host, received.slice(0, 13)]).toEqual([host, `HTTP/1.1 ${status} `])
    }
  })

  it('lets no Host turn an open path into another one', async () => {
    for (const host of [
      'localhost/health?',
      'localhost/health#',
      'x/health?',
      '/health?',
      'localhost:1/health?',
    ]) {
      const { received } = await rawExchange(bench.gateway, {
        send: [`GET /v1/models HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`],
      })
      expect(received).not.toContain('200 OK')
    }
  })
})
