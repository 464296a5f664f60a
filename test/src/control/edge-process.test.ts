import { once } from 'node:events'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureServerCertificate } from '../../../src/control/certificate-authority.ts'
import { openControlSocket, type ControlSocket } from '../../../src/control/control-socket.ts'
import { launchEdge, type EdgeLaunch, type EdgeProcess } from '../../../src/control/edge-process.ts'
import { openListenSocket, type ListenSocket } from '../../../src/control/listen-socket.ts'
import { openStateFolder } from '../../../src/control/state-folder.ts'
import type { Runtime } from '../../../src/control/run-file.ts'
import { snapshotOf, writeMiniEdge, type MiniEdge } from './mini-edge.ts'

const ANY_PORT = { address: '127.0.0.1', port: 0 }

let mini: MiniEdge
let control: ControlSocket
let sockets: ListenSocket[]
let edges: EdgeProcess[]
let lines: string[]

beforeEach(async () => {
  mini = await writeMiniEdge()
  control = await openControlSocket(join(mini.dir, 'control.sock'), {
    snapshot: () => snapshotOf('pulled'),
    keepRecords: () => Promise.resolve(),
  })
  sockets = [await openListenSocket(ANY_PORT, '--http'), await openListenSocket(ANY_PORT, '--https')]
  edges = []
  lines = []
})

afterEach(async () => {
  await Promise.all(edges.map((edge) => edge.stop(1000)))
  await Promise.all(sockets.map((socket) => socket.close()))
  await control.close()
  await mini.remove()
})

async function launch(runtime: Runtime, changes: Partial<EdgeLaunch> = {}): Promise<EdgeProcess> {
  const state = await openStateFolder(join(mini.dir, 'state'))
  const { chain, key } = await ensureServerCertificate(state, ['localhost', '127.0.0.1'])
  const edge = await launchEdge({
    runtime,
    bundle: mini[runtime],
    http: { fd: sockets[0]!.fd, address: sockets[0]!.address, port: sockets[0]!.port },
    https: { fd: sockets[1]!.fd, address: sockets[1]!.address, port: sockets[1]!.port, chain, key },
    backends: [],
    countsIn: null,
    controlSocket: join(mini.dir, 'control.sock'),
    dir: join(mini.dir, `edge-${edges.length}`),
    snapshot: snapshotOf('first'),
    onLine: (line) => lines.push(line),
    ...changes,
  })
  edges.push(edge)
  return edge
}

async function ask(path = '/'): Promise<{ digest: string; env?: string[] }> {
  const response = await fetch(`http://127.0.0.1:${sockets[0]!.port}${path}`, {
    headers: { connection: 'close' },
  })
  return (await response.json()) as { digest: string }
}

async function askTls(): Promise<number | undefined> {
  const ca = await readFile(join(mini.dir, 'state', 'ca.crt'))
  const request = https.get({ host: '127.0.0.1', port: sockets[1]!.port, ca, agent: false })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.resume()
  return response.statusCode
}

describe.each(['workerd', 'node'] as const)('launchEdge on %s', (runtime) => {
  it('serves the snapshot on both inherited sockets, and the next one after a push', async () => {
    const edge = await launch(runtime)
    expect(await ask()).toMatchObject({ digest: 'first' })
    expect(await askTls()).toBe(200)
    await edge.push(snapshotOf('second'))
    expect(await ask()).toMatchObject({ digest: 'second' })
  })

  it('leaves neither the process nor its folder behind', async () => {
    const edge = await launch(runtime)
    expect(await readdir(join(mini.dir, 'edge-0'))).not.toContain('key.pem')
    await edge.stop(5000)
    expect(() => process.kill(edge.pid, 0)).toThrow('ESRCH')
    expect(await readdir(mini.dir)).not.toContain('edge-0')
  })

  it('tells that an edge hangs whose event loop is blocked, and can end it', async () => {
    const edge = await launch(runtime, { hungAfterMs: 600 })
    void ask('/hang').catch(() => null)
    await edge.hung
    await edge.stop(50)
    expect(await edge.exited).toBe('SIGKILL')
  })

  it('hands the socket from one to the next', async () => {
    const old = await launch(runtime)
    await launch(runtime, { snapshot: snapshotOf('next') })
    await old.stop(5000)
    expect(await ask()).toMatchObject({ digest: 'next' })
  })
})

describe('launchEdge', () => {
  it('gives workerd no way out but its backends', async () => {
    const backend = http
      .createServer((_request, response) => response.end('"from the backend"'))
      .listen(0, '127.0.0.1')
    await once(backend, 'listening')
    const origin = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`
    await launch('workerd', { backends: [{ name: 'gpu.1:"x"', origin, tls: null }] })
    expect(await ask(`/backend/${encodeURIComponent('gpu.1:"x"')}`)).toBe('from the backend')
    const response = await fetch(`http://127.0.0.1:${sockets[0]!.port}/out`)
    expect(await response.text()).toMatch(/^denied: /)
    backend.closeAllConnections()
    backend.close()
  })

  it('judges a backend’s certificate by the CA and the name of the policy', async () => {
    const state = await openStateFolder(join(mini.dir, 'backend'))
    const { chain, key } = await ensureServerCertificate(state, ['gpu.lan'])
    const server = https.createServer({ cert: chain, key }, (_request, response) =>
      response.end('"over TLS"'),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const ca = await readFile(state.caCertificate, 'utf8')
    await launch('workerd', {
      backends: [
        { name: 'right', origin, tls: { ca: `a remark\n${ca}\n${chain}`, serverName: 'gpu.lan' } },
        { name: 'name', origin, tls: { ca, serverName: 'other.lan' } },
        { name: 'public', origin, tls: { ca: null, serverName: 'gpu.lan' } },
      ],
    })
    expect(await ask('/backend/right')).toBe('over TLS')
    for (const name of ['name', 'public']) {
      const response = await fetch(`http://127.0.0.1:${sockets[0]!.port}/backend/${name}`)
      expect(response.status, name).toBe(500)
    }
    server.closeAllConnections()
    server.close()
  })

  it('lets a stream finish while a replacement serves', async () => {
    const old = await launch('workerd')
    const response = await fetch(`http://127.0.0.1:${sockets[0]!.port}/slow`)
    await launch('workerd', { snapshot: snapshotOf('next') })
    const stopped = old.stop(10_000)
    expect(await response.text()).toBe('abcd')
    await stopped
    expect(await ask()).toMatchObject({ digest: 'next' })
  })

  it('keeps our environment from the edge and relays its lines', async () => {
    await launch('node')
    const { env } = await ask('/hello')
    expect(env?.toSorted()).toEqual(['NODE_ENV', 'UV_THREADPOOL_SIZE'])
    await expect.poll(() => lines).toContain('edge says /hello')
  })

  it('ends what outlasts its drain', async () => {
    const edge = await launch('workerd')
    const response = await fetch(`http://127.0.0.1:${sockets[0]!.port}/slow`)
    await edge.stop(50)
    expect(await edge.exited).toBe('SIGKILL')
    await expect(response.text()).rejects.toThrow('terminated')
  })

  it.each([
    { runtime: 'workerd', case: 'a missing bundle', bundle: 'absent.js', says: /did not start: ENOENT/ },
    {
      runtime: 'workerd',
      case: 'a broken bundle',
      bundle: 'broken.mjs',
      says: /exit code 1\n[^]*broken-here/,
    },
    { runtime: 'node', case: 'a broken bundle', bundle: 'broken.mjs', says: /exit code 1\n[^]*broken-here/ },
    {
      runtime: 'workerd',
      case: 'a refused snapshot',
      digest: 'refused',
      says: /refused the snapshot \(400\): no/,
    },
  ] as const)('reports $case on $runtime and leaves nothing behind', async (row) => {
    await writeFile(join(mini.dir, 'broken.mjs'), 'throw new Error("broken-here")')
    const attempt = launch(row.runtime, {
      ...('bundle' in row && { bundle: join(mini.dir, row.bundle) }),
      ...('digest' in row && { snapshot: snapshotOf(row.digest) }),
    })
    await expect(attempt).rejects.toThrow(row.says)
    expect(await readdir(mini.dir)).not.toContain('edge-0')
  })
})
