/** Two sinks of a gateway that runs: one that is down holds up no other, and both have the request where the client says. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import { fetchStatus, fetchTrace } from '../../src/control/admin-client.ts'
import type { ShippingStatus } from '../../src/control/shipping/trace-shipper.ts'
import { createChaosGateway } from '../chaos/chaos-gateway.ts'
import { secrets, testPolicies } from '../conformance/harness/policies.ts'
import { freePort } from '../state/harness/redis-server.ts'
import { startUpstream } from '../upstream/recording-upstream.ts'
import { completion } from '../upstream/reply.ts'
import { createStandIn } from './langfuse-stand-in.ts'
import { spansIn, wrongWithGenAi, type SentSpan } from './otlp-schema.ts'

const CLIENT_KEY = 'two-sinks-client-key-0123456789'
const KEYS = { publicKey: 'pk-lf-two', secretKey: 'sk-lf-two' }
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const PATIENCE = { timeout: 30_000, interval: 100 }

interface Collector {
  url: string
  spans: SentSpan[]
  /** What was wrong with a request. */
  problems: unknown[]
}

async function startCollector(): Promise<Collector> {
  const my: Collector = { url: '', spans: [], problems: [] }
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body: unknown = JSON.parse(gunzipSync(Buffer.concat(parts)).toString())
      const wrong = wrongWithGenAi(body)
      if (wrong !== null) my.problems.push(wrong)
      if (request.headers['x-key'] !== 'collector-key') my.problems.push('it came without the header')
      my.spans.push(...spansIn(body))
      response.end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  my.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return my
}

it('ships to one while the other is down', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-sinks-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [upstream, collector, langfuse] = await Promise.all([
    startUpstream(),
    startCollector(),
    createStandIn('4.16.0', KEYS),
  ])
  onTestFinished(() => upstream.close())
  upstream.reply('mock/plain', completion('hello'))
  const policies = testPolicies(upstream.origin, { models: { plain: {} } })
  policies.policy.trace = [
    {
      sink: 'langfuse',
      url: langfuse.url,
      zone: 'cloud',
      publicKey: { env: 'LANGFUSE_PUBLIC_KEY' },
      secretKey: { env: 'LANGFUSE_SECRET_KEY' },
    },
    { sink: 'otlp', url: collector.url, zone: 'cloud', headers: { 'X-Key': { env: 'COLLECTOR_KEY' } } },
  ]
  const environment = {
    ...secrets,
    AICC_CLIENT_KEY: CLIENT_KEY,
    LANGFUSE_PUBLIC_KEY: KEYS.publicKey,
    LANGFUSE_SECRET_KEY: KEYS.secretKey,
    COLLECTOR_KEY: 'collector-key',
  }
  const port = await freePort()
  const gateway = createChaosGateway({ runtime: 'workerd', folder, port, environment })
  await gateway.write(policies)
  await gateway.startControl()
  onTestFinished(() => gateway.stop())
  const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${CLIENT_KEY}`,
      'content-type': 'application/json',
      'x-correlation-id': 'two-1',
      'x-session-id': 'run-7',
      traceparent: `00-${TRACE}-${SPAN}-01`,
    },
    body: JSON.stringify({ model: 'plain', messages: [{ role: 'user', content: 'hi' }] }),
    signal: AbortSignal.timeout(20_000),
  })
  expect(answer.status).toBe(200)
  await answer.text()

  const statusOf = async (sink: string): Promise<ShippingStatus | undefined> => {
    const said = await fetchStatus(gateway.stateDir)
    return said.kind === 'running' ? said.status.traces?.find((one) => one.sink === sink) : undefined
  }
  await expect.poll(() => statusOf('otlp'), PATIENCE).toMatchObject({ shipped: 1, waiting: 0, problem: null })
  await expect.poll(() => statusOf('langfuse'), PATIENCE).toMatchObject({ shipped: 0, waiting: 1 })
  const statesOf = async (): Promise<unknown> => {
    const report = await fetchTrace(gateway.stateDir, 'two-1')
    return report.kind === 'found' ? report.found.sinks.map(({ sink, state }) => [sink, state]) : report
  }
  expect(await statesOf()).toEqual([
    ['langfuse', 'waiting'],
    ['otlp', 'sent'],
  ])
  const [root, chat] = collector.spans
  expect([root?.traceId, root?.parentSpanId, chat?.parentSpanId]).toEqual([TRACE, SPAN, root?.spanId])
  expect(root?.attributes).toContainEqual({ key: 'session.id', value: { stringValue: 'run-7' } })

  await langfuse.up()
  onTestFinished(() => langfuse.down())
  await expect.poll(() => statusOf('langfuse'), PATIENCE).toMatchObject({ shipped: 1, waiting: 0 })
  expect(langfuse.observations.map(({ traceId, fields }) => [traceId, fields['session.id']])).toEqual([
    [TRACE, 'run-7'],
    [TRACE, 'run-7'],
  ])
  expect(collector.spans).toHaveLength(2)
  expect([...collector.problems, ...langfuse.problems]).toEqual([])
})
