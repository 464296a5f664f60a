/** A host that sleeps until it hears a magic packet: requests wait for it, or go elsewhere when it does not come. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { listenUdp } from '../src/control/wake/udp-listener.ts'
import { magicPacket } from '../../src/control/wake/magic-packet.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { completion } from '../upstream/reply.ts'
import { askOf, createClient, type Client, streamOf } from './harness/client.ts'
import { secrets, testPolicies } from './harness/policies.ts'
import { startGateway, type Gateway, type Policies } from './harness/start-gateway.ts'

const MAC = '00:11:22:AA:BB:CC'
const PACKET = magicPacket('001122aabbcc').toString('hex')

/** A host that does not listen yet. */
async function sleeper(): Promise<{ port: number; wake: () => void }> {
  const [, said] = completion('here I am') as [unknown, { send: string }]
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      if (!body.includes('"stream":true')) {
        response.setHeader('content-type', 'application/json').end(said.send)
        return
      }
      const event = (delta: object, finish: string | null): string =>
        `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
      response.setHeader('content-type', 'text/event-stream')
      response.end(`${event({ content: 'here I am' }, null)}${event({}, 'stop')}data: [DONE]\n\n`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port, wake: () => void (server.listening || server.listen(port, '127.0.0.1')) }
}

function policiesOf(upstream: string, sleeping: number, udp: number, startsWithin: string): Policies {
  const { policy, backends, clients } = testPolicies(upstream, { models: { fast: {} } })
  return {
    clients,
    backends: {
      backends: {
        ...backends.backends,
        gpu: {
          kind: 'openai',
          url: `http://127.0.0.1:${sleeping}`,
          wake: { mac: MAC, broadcast: '127.0.0.1', port: udp },
          startsWithin,
          models: { big: { id: 'big' } },
        },
      },
    },
    policy: {
      ...policy,
      models: { ...policy.models, big: { targets: ['gpu/big'], fallback: ['fast'], keepAlive: '200ms' } },
    },
  }
}

describe.each(['workerd', 'node'] as const)('on %s', (runtime) => {
  let upstream: RecordingUpstream
  beforeAll(async () => void (upstream = await startUpstream()))
  afterAll(() => upstream.close())

  const start = async (sleeping: number, udp: number, within: string): Promise<[Client, Gateway]> => {
    const policies = policiesOf(upstream.origin, sleeping, udp, within)
    const gateway = await startGateway({ runtime, ...policies, env: secrets })
    const client = createClient(gateway)
    onTestFinished(async () => {
      client.close()
      await gateway.stop()
    })
    return [client, gateway]
  }

  it('wakes it once, lets all wait, and tells streams that it is still there', async () => {
    const udp = await listenUdp()
    const host = await sleeper()
    const [client, gateway] = await start(host.port, udp.port, '30s')
    udp.onPacket = () => void setTimeout(host.wake, 1500)
    const [buffered, other, stream] = await Promise.all([
      client.chat(askOf('big')),
      client.chat(askOf('big')),
      client.chat(streamOf('big')),
    ])
    for (const { status, headers, text } of [buffered, other]) {
      expect([status, headers['x-aicc-backend'], headers['x-aicc-attempts']]).toEqual([200, 'gpu', '1'])
      expect(text).toContain('here I am')
    }
    expect(stream.text).toMatch(/^(: keep-alive\n\n)+data: .*here I am/)
    expect(stream.text).toMatch(/data: \[DONE\]\n\n$/)
    expect(udp.packets).toEqual([PACKET])
    expect(gateway.output()).toContain('backend `gpu` is awake after')
    // Nobody waits for one that is awake.
    expect((await client.chat(askOf('big'))).headers['x-aicc-backend']).toBe('gpu')
    expect(udp.packets).toHaveLength(1)
  })

  it('goes elsewhere when it does not come, at once from then on', async () => {
    const udp = await listenUdp()
    const host = await sleeper()
    const [client] = await start(host.port, udp.port, '2s')
    const answers = await Promise.all([client.chat(askOf('big')), client.chat(askOf('big'))])
    for (const { status, headers } of answers) {
      expect([status, headers['x-aicc-backend']]).toEqual([200, 'mock'])
      expect(headers['x-aicc-failed']).toBe('gpu/big connect')
    }
    expect(udp.packets).toEqual([PACKET])
    expect((await client.chat(askOf('big'))).headers['x-aicc-backend']).toBe('mock')
    expect(udp.packets).toHaveLength(1)
  })
})
