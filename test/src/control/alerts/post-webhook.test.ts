import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { postWebhook } from '../../../../src/control/alerts/post-webhook.ts'

let server: Server | null = null

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/secret-part`
}

afterEach(() => {
  server?.close()
  server?.closeAllConnections()
  server = null
})

const { signal } = new AbortController()
const MESSAGE = { text: 'FIRING', username: 'aicc' }

describe('postWebhook', () => {
  it('posts JSON as Mattermost and Slack take it', async () => {
    const got: unknown[] = []
    const url = await listen((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        got.push(
          request.method,
          request.url,
          request.headers['content-type'],
          JSON.parse(String(Buffer.concat(parts))),
        )
        response.end('ok')
      })
    })
    expect(await postWebhook(url, MESSAGE, { signal })).toEqual({ ok: true })
    expect(got).toEqual(['POST', '/hooks/secret-part', 'application/json', MESSAGE])
  })

  it.each([
    [429, { 'retry-after': '120' }, 'it answered 429', 120_000],
    [429, { 'retry-after': '999999999' }, 'it answered 429', 3_600_000],
    [503, {}, 'it answered 503', null],
    [503, { 'retry-after': 'soon' }, 'it answered 503', null],
    [500, { 'retry-after': 'Fri, 01 Jan 2021 00:00:00 GMT' }, 'it answered 500', 0],
    [404, {}, 'it answered 404', 600_000],
    [403, { 'retry-after': '1' }, 'it answered 403', 600_000],
  ])('%i with %j: %s', async (status, headers, why, retryAfterMs) => {
    const url = await listen((_, response) => response.writeHead(status, headers).end('no'))
    expect(await postWebhook(url, MESSAGE, { signal })).toEqual({ ok: false, why, retryAfterMs })
  })

  it('goes nowhere else', async () => {
    const paths: (string | undefined)[] = []
    const url = await listen((request, response) => {
      paths.push(request.url)
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    const why = 'it redirects elsewhere (307)'
    expect(await postWebhook(url, MESSAGE, { signal })).toEqual({ ok: false, why, retryAfterMs: 600_000 })
    expect(paths).toEqual(['/hooks/secret-part'])
  })

  it('does not wait for who does not answer', async () => {
    const url = await listen(() => {})
    const answer = await postWebhook(url, MESSAGE, { signal, answerWithinMs: 50 })
    expect(answer).toEqual({ ok: false, why: 'it has not answered within 0.05 s', retryAfterMs: null })
  })

  it('does not read an answer without end', async () => {
    const url = await listen((_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'.repeat(1000)), 5)
      response.on('close', () => clearInterval(timer))
    })
    expect(await postWebhook(url, MESSAGE, { signal })).toEqual({ ok: true })
  })

  it('says that nobody is there without saying where', async () => {
    const url = await listen(() => {})
    server?.close()
    const answer = await postWebhook(url, MESSAGE, { signal })
    expect(answer).toEqual({ ok: false, why: 'it cannot be reached (ECONNREFUSED)', retryAfterMs: null })
    for (const bad of ['', 'hooks.example.com/secret-part', 'ftp://secret-part']) {
      expect(await postWebhook(bad, MESSAGE, { signal })).toMatchObject({
        ok: false,
        why: expect.stringMatching(/^it cannot be reached( \(\w+\))?$/),
      })
    }
  })
})
