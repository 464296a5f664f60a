/** Backends by name: a host that gets another address, one that is nowhere, and a resolver that never answers. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completion } from '../upstream/reply.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { askOf, createClient, type Answer, type Client } from './harness/client.ts'
import { canHaveOwnNames, createOwnNames, type OwnNames } from './harness/own-names.ts'
import { startGateway, type Gateway, type Policies } from './harness/start-gateway.ts'

const SILENT_RESOLVER = '127.0.7.53'

function policiesOf(port: number, steady: number): Policies {
  const at = (host: string, on: number): Policies['backends']['backends'][string] => ({
    kind: 'openai',
    url: `http://${host}:${on}`,
    models: { m: { id: 'm' } },
    health: 'off',
  })
  return {
    backends: {
      backends: {
        moving: at('moving.test', port),
        ghost: at('ghost.test', port),
        named: at('named.test', steady),
        fresh: at('fresh.test', steady),
      },
    },
    policy: {
      // Each call shall look for itself.
      breaker: 'off',
      timeouts: { connect: '1s' },
      models: {
        moving: { targets: ['moving/m'], keepAlive: 'off' },
        ghost: { targets: ['ghost/m'], keepAlive: 'off' },
        covered: { targets: ['ghost/m'], fallback: ['named/m'], keepAlive: 'off' },
        fresh: { targets: ['fresh/m'], keepAlive: 'off' },
      },
    },
    clients: { clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } } },
  }
}

/** A host at that address, which says where it is. */
async function hostAt(address: string, port: number): Promise<Server> {
  const [, said] = completion(address) as [unknown, { send: string }]
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'application/json').end(said.send)
  })
  server.listen(port, address)
  await once(server, 'listening')
  return server
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

describe.skipIf(!canHaveOwnNames()).each(['workerd', 'node'] as const)('on %s', (runtime) => {
  const resolver = createSocket('udp4')
  let names: OwnNames
  let steady: RecordingUpstream
  let second: Server
  let port: number
  let gateway: Gateway
  let client: Client

  beforeAll(async () => {
    resolver.bind(53, SILENT_RESOLVER)
    await once(resolver, 'listening')
    steady = await startUpstream()
    second = await hostAt('127.0.0.2', 0)
    port = (second.address() as AddressInfo).port
    names = createOwnNames(SILENT_RESOLVER)
    names.set({ 'named.test': '127.0.0.1', 'fresh.test': '127.0.0.1', 'moving.test': '127.0.0.2' })
    gateway = await startGateway({ runtime, within: names.within, ...policiesOf(port, steady.port) })
    client = createClient(gateway)
  })
  afterAll(async () => {
    client?.close()
    await gateway?.stop()
    await steady?.close()
    resolver.close()
    names?.remove()
  })

  const ask = (model: string): Promise<Answer> => client.chat(askOf(model))

  it('a host that moves is found where it is now, by the same edge', async () => {
    expect((await ask('moving')).text).toContain('127.0.0.2')
    const third = await hostAt('127.0.0.3', port)
    names.set({ 'named.test': '127.0.0.1', 'fresh.test': '127.0.0.1', 'moving.test': '127.0.0.3' })
    await close(second)
    // Where the old connection was still open, one call may find it closed.
    await ask('moving')
    const moved = await ask('moving')
    expect([moved.status, moved.text]).toEqual([200, expect.stringContaining('127.0.0.3')])
    await close(third)
  })

  it('a name that leads nowhere is a connection that fails, in time, and the fallback answers', async () => {
    const [alone, covered] = await Promise.all([ask('ghost'), ask('covered')])
    expect([alone.status, alone.error().code]).toEqual([502, 'upstream_unreachable'])
    expect([covered.status, covered.headers['x-aicc-backend']]).toEqual([200, 'named'])
  })

  it('many who wait for the resolver keep nobody from a host whose name is known', async () => {
    const waiting = Array.from({ length: 12 }, () => ask('ghost'))
    // No connection to it is open yet, so its name is looked up now.
    const fresh = await ask('fresh')
    expect([fresh.status, fresh.headers['x-aicc-backend']]).toEqual([200, 'fresh'])
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(502)
  })
})
