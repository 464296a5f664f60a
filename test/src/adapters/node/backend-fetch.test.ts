import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createNodeBackendFetch } from '../../../../src/adapters/node/backend-fetch.ts'
import { ensureServerCertificate } from '../../../../src/control/certificate-authority.ts'
import { openStateFolder } from '../../../../src/control/state-folder.ts'
import { type BackendRequest, StaleConnection } from '../../../../src/ports.ts'
import type { BackendTls } from '../../../../src/table/backend-tls.ts'
import { rejectionOf } from '../../error-of.ts'

const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function listen(server: http.Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function ask(fields: Partial<BackendRequest> = {}): BackendRequest {
  return {
    method: 'POST',
    origin: 'http://the.table',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', 'x-correlation-id': 'test-1' },
    body: '{"é":1}',
    signal: new AbortController().signal,
    connectTimeoutMs: 2000,
    ...fields,
  }
}

async function send(origin: string, request = ask(), tls: BackendTls | null = null): Promise<Response> {
  return createNodeBackendFetch([{ name: 'gpu', origin, tls }])('gpu', request)
}

describe('over HTTP', () => {
  it('sends the request as it is built, and gives the answer as it comes', async () => {
    const seen: {
      url?: string | undefined
      method?: string | undefined
      headers: http.IncomingHttpHeaders
      body: string
    }[] = []
    const port = await listen(
      http.createServer((request, response) => {
        let body = ''
        request.setEncoding('utf8')
        request.on('data', (chunk: string) => (body += chunk))
        request.on('end', () => {
          seen.push({ url: request.url, method: request.method, headers: request.headers, body })
          response.writeHead(207, { 'x-a': 'b' }).end('answer')
        })
      }),
    )
    const response = await send(`http://127.0.0.1:${port}`)
    expect(response.status).toBe(207)
    expect(response.headers.get('x-a')).toBe('b')
    expect(await response.text()).toBe('answer')
    expect(seen).toMatchObject([{ url: '/v1/chat/completions', method: 'POST', body: '{"é":1}' }])
    expect(seen[0]?.headers).toMatchObject({
      host: `127.0.0.1:${port}`,
      'content-length': '8',
      'x-correlation-id': 'test-1',
    })
  })

  it('follows no redirect', async () => {
    let asked = 0
    const port = await listen(
      http.createServer((_request, response) => {
        asked += 1
        response.writeHead(307, { location: '/elsewhere' }).end()
      }),
    )
    expect((await send(`http://127.0.0.1:${port}`)).status).toBe(307)
    expect(asked).toBe(1)
  })

  it('knows no backend but its own, whatever the request names', async () => {
    const fetchBackend = createNodeBackendFetch([{ name: 'gpu', origin: 'http://127.0.0.1:1', tls: null }])
    for (const name of ['other', '__proto__', 'http://127.0.0.1:1']) {
      expect(await rejectionOf(fetchBackend(name, ask()))).toMatchObject({ name: 'BackendUnreachable' })
    }
  })

  it.each([
    { name: 'by address', host: '127.0.0.1' },
    { name: 'by a name with two addresses', host: 'localhost' },
  ])('says that nobody listens, $name', async ({ host }) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    expect(await rejectionOf(send(`http://${host}:${port}`))).toMatchObject({
      name: 'BackendUnreachable',
      message: 'the connection was refused',
    })
  })

  it('says that a name does not exist', async () => {
    const error = await rejectionOf(send('http://nowhere.invalid:80'))
    expect(error).toMatchObject({ name: 'BackendUnreachable' })
    expect(String(error)).toMatch(/its name|in time/)
  })

  it("says that a port is one of those that Node's fetch refuses", async () => {
    const error = await rejectionOf(send('http://127.0.0.1:6000'))
    expect(error).toMatchObject({ name: 'BackendUnreachable' })
    expect(String(error)).toContain('this port')
  })

  it('does not call a connection that broke later unreachable', async () => {
    const port = await listen(http.createServer((request) => request.socket.destroy()))
    const error = await rejectionOf(send(`http://127.0.0.1:${port}`))
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toMatchObject({ name: 'BackendUnreachable' })
  })

  it.each(['before the headers', 'within the body'])(
    'closes the connection when aborted %s',
    async (when) => {
      const closed = Promise.withResolvers<void>()
      const arrived = Promise.withResolvers<void>()
      const port = await listen(
        http.createServer((request, response) => {
          request.socket.on('close', () => closed.resolve())
          if (when === 'within the body') response.write('data: x\n\n')
          arrived.resolve()
        }),
      )
      const abort = new AbortController()
      const reason = new Error('the client went away')
      const sending = send(`http://127.0.0.1:${port}`, ask({ signal: abort.signal }))
      const failing = rejectionOf(sending.then((response) => response.text()))
      await (when === 'within the body' ? sending : arrived.promise)
      abort.abort(reason)
      expect(await failing).toBe(reason)
      await closed.promise
    },
  )

  it('streams with back-pressure', async () => {
    let written = 0
    const port = await listen(
      http.createServer((_request, response) => {
        const chunk = Buffer.alloc(256 * 1024)
        const more = (): void => {
          while (written < 400) {
            written += 1
            if (!response.write(chunk)) {
              response.once('drain', more)
              return
            }
          }
          response.end()
        }
        more()
      }),
    )
    const response = await send(`http://127.0.0.1:${port}`)
    const reader = response.body?.getReader()
    await reader?.read()
    let before = -1
    // The sockets' own buffers fill up, and then nothing moves any more.
    while (before !== written) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(written).toBeLessThan(200)
    await reader?.cancel()
  })
})

describe('over HTTPS', () => {
  let ca: string
  let server: { cert: string; key: string }

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'aicc-backend-'))
    const state = await openStateFolder(dir)
    const certificate = await ensureServerCertificate(state, ['gpu.test', '127.0.0.1'])
    server = { cert: certificate.chain, key: certificate.key }
    ca = await readFile(state.caCertificate, 'utf8')
    await rm(dir, { recursive: true })
  })

  const answering: http.RequestListener = (_request, response) => response.end('answer')

  it.each([
    { name: 'its own CA', tls: (): BackendTls => ({ ca, serverName: null }), trusted: true },
    { name: 'its own CA and name', tls: (): BackendTls => ({ ca, serverName: 'gpu.test' }), trusted: true },
    {
      name: 'its own CA and another name',
      tls: (): BackendTls => ({ ca, serverName: 'other.test' }),
      trusted: false,
    },
    { name: 'public CAs', tls: (): BackendTls => ({ ca: null, serverName: null }), trusted: false },
    { name: 'no word on TLS', tls: () => null, trusted: false },
  ])('trusts a backend by $name: $trusted', async ({ tls, trusted }) => {
    const port = await listen(https.createServer(server, answering))
    const sending = send(`https://127.0.0.1:${port}`, ask(), tls())
    if (trusted) expect(await (await sending).text()).toBe('answer')
    else expect(await rejectionOf(sending)).toBeInstanceOf(Error)
  })
})

/** Until a connection is free again, or known to be gone. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50))
}

it('tells a connection that had served before from one that is new', async () => {
  let served = 0
  const server = http.createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      served += 1
      if (served === 1 || served === 3) response.end('{}')
      else request.socket.destroy()
    })
  })
  const port = await listen(server)
  const fetch = createNodeBackendFetch([{ name: 'gpu', origin: `http://127.0.0.1:${port}`, tls: null }])
  await (await fetch('gpu', ask())).text()
  await settled()
  // The second comes on the connection of the first; the one after that is new, and dies as well.
  expect(await rejectionOf(fetch('gpu', ask()))).toBeInstanceOf(StaleConnection)
  await (await fetch('gpu', ask())).text()
  await settled()
  server.closeIdleConnections()
  await settled()
  const error = await rejectionOf(fetch('gpu', ask()))
  expect(error).toBeInstanceOf(Error)
  expect(error).not.toBeInstanceOf(StaleConnection)
})
