/**
 * Alerts of a gateway that runs: they reach a webhook that at first does not take them, outlive the death of the control
 * process without being told twice, and hold nothing but names and numbers.
 */
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { fetchAlerts, fetchMetrics, testAlert } from '../../src/control/admin-client.ts'
import { readLog } from '../../src/control/read-log.ts'
import type { AlertsReport } from '../../src/table/alert-status.ts'
import type { LogLine } from '../../src/table/log-line.ts'
import { createChaosGateway } from '../chaos/chaos-gateway.ts'
import { secrets, testPolicies } from '../conformance/harness/policies.ts'
import type { Policies } from '../conformance/harness/start-gateway.ts'
import { freePort } from '../state/harness/redis-server.ts'
import { startUpstream } from '../upstream/recording-upstream.ts'
import { completion, json } from '../upstream/reply.ts'

const CLIENT_KEY = 'canary-client-key-0123456789abcdef'
const PROMPT = 'canary-prompt-9b1f'
const HOOK_PATH = '/hooks/canary-hook-4c7d'
const PATIENCE = { timeout: 30_000, interval: 100 }

/** Answers 503 so often before it takes a message. */
const REFUSALS = 2

async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

interface Receiver {
  url: string
  /** Lines of the messages that it took. */
  lines: string[]
  names: Set<string | undefined>
}

async function startReceiver(): Promise<Receiver> {
  const lines: string[] = []
  const names = new Set<string | undefined>()
  let refusals = REFUSALS
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      if (refusals > 0) {
        refusals -= 1
        response.writeHead(503, { 'retry-after': '1' }).end()
        return
      }
      const { text, username } = JSON.parse(String(Buffer.concat(parts))) as {
        text: string
        username?: string
      }
      lines.push(...text.split('\n'))
      names.add(username)
      response.end('ok')
    })
  })
  const port = await listen(server)
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${port}${HOOK_PATH}`, lines, names }
}

function policiesFor(upstream: string, lamp: number): Policies {
  const policies = testPolicies(upstream, { models: { fast: {}, broken: {} } })
  policies.backends.backends['lamp'] = {
    kind: 'openai',
    url: `http://127.0.0.1:${lamp}`,
    health: { path: '/status', interval: '1s' },
    models: { bright: { id: 'bright' } },
  }
  for (const { models } of Object.values(policies.backends.backends)) {
    for (const model of Object.values(models)) model.price = { input: 1, output: 1 }
  }
  policies.clients.clients['home']!.budget = { usd: '1/day' }
  const atOnce = { for: '0s', clearsAfter: '0s' }
  policies.policy.models['bright'] = { targets: ['lamp/bright'] }
  policies.policy.alerts = {
    receivers: { ops: { webhook: { env: 'OPS_WEBHOOK' }, username: 'aicc test' } },
    watch: {
      'lamp-down': { ...atOnce, backendDown: ['lamp'], to: 'ops' },
      failing: { ...atOnce, errorRate: { above: 10 }, of: { model: 'broken' }, atLeast: 3, to: ['ops'] },
      slow: { ...atOnce, p95: { above: '50s' }, atLeast: 1, to: 'ops' },
      money: { ...atOnce, budget: { above: 0 } },
    },
  }
  return policies
}

it('are told once, whatever dies, and are over when they are over', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-alerts-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const upstream = await startUpstream()
  onTestFinished(() => upstream.close())
  upstream.reply('mock/fast', completion('canary-answer'))
  upstream.reply('mock/broken', json(500, { error: { message: 'canary-error' } }))
  const receiver = await startReceiver()
  const [port, lamp] = [await freePort(), await freePort()]
  const environment = { ...secrets, AICC_CLIENT_KEY: CLIENT_KEY, OPS_WEBHOOK: receiver.url }
  const gateway = createChaosGateway({ runtime: 'workerd', folder, port, environment })
  onTestFinished(() => gateway.stop())
  await gateway.write(policiesFor(upstream.origin, lamp))
  await gateway.startControl()
  const keptAt = join(gateway.stateDir, 'alerts.json')

  const ask = async (model: string): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${CLIENT_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, max_tokens: 10, messages: [{ role: 'user', content: PROMPT }] }),
    })
    await answer.text()
    return answer.status
  }
  const report = async (): Promise<AlertsReport> => {
    const answer = await fetchAlerts(gateway.stateDir, {})
    if (answer.kind !== 'found') throw new Error(JSON.stringify(answer))
    return answer.found
  }
  const firing = async (): Promise<string[]> =>
    (await report()).alerts.filter(({ state }) => state === 'firing').map(({ name }) => name)
  const told = (head: string): string[] => receiver.lines.filter((line) => line.startsWith(head)).toSorted()

  const asked = ['broken', 'broken', 'broken', 'fast']
  expect(await Promise.all(asked.map(ask))).toEqual([502, 502, 502, 200])
  await expect.poll(firing, PATIENCE).toEqual(['failing', 'lamp-down', 'money'])
  await expect
    .poll(() => told('FIRING'), PATIENCE)
    .toEqual([
      expect.stringMatching(/^FIRING `failing`: 100 % failed of 3 requests within 5 min, model `broken`/),
      expect.stringMatching(/^FIRING `lamp-down`: backend `lamp` is down; since \d\d:\d\d:\d\d UTC$/),
    ])
  expect([...receiver.names]).toEqual(['aicc test'])
  const metrics = await fetchMetrics(gateway.stateDir, {})
  expect(metrics.kind === 'found' && metrics.found.match(/^aicc_alert_firing.*$/gm)).toEqual([
    'aicc_alert_firing{alert="failing"} 1',
    'aicc_alert_firing{alert="lamp-down"} 1',
    'aicc_alert_firing{alert="money"} 1',
    'aicc_alert_firing{alert="slow"} 0',
  ])
  expect(await testAlert(gateway.stateDir, 'slow', {})).toEqual({
    kind: 'found',
    found: [{ receiver: 'ops', problem: null }],
  })
  expect(told('TEST')).toHaveLength(1)
  // A message whose answer was not noted yet would be sent again.
  const kept = async (): Promise<unknown> => {
    const { firing: fire, waiting } = JSON.parse(await readFile(keptAt, 'utf8')) as Record<string, unknown>
    return [(fire as object[]).length, waiting]
  }
  await expect.poll(kept, PATIENCE).toEqual([3, { ops: [] }])
  const before = await report()
  const heard = told('FIRING')

  await gateway.killControl()
  await gateway.startControl()
  await expect.poll(async () => (await report()).checkedAt !== null, PATIENCE).toBe(true)
  // Its own request would be the first: what failed before is counted still.
  const since = ({ alerts }: AlertsReport): unknown =>
    alerts.map(({ name, state, since: at }) => [name, state, at])
  await expect.poll(async () => since(await report()), PATIENCE).toEqual(since(before))

  const server = createServer((_, response) => response.end('{}'))
  await listen(server, lamp)
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await expect
    .poll(() => told('OVER'), { ...PATIENCE, timeout: 60_000 })
    .toEqual([expect.stringMatching(/^OVER `lamp-down`: backend `lamp` is up; it lasted /)])
  expect(told('FIRING')).toEqual(heard)

  const events: LogLine[] = []
  const folderOfLog = join(gateway.stateDir, 'logs')
  const wanted = (line: LogLine): boolean => line.kind === 'event' && line.event.startsWith('alert-')
  for await (const line of readLog({ folder: folderOfLog, wanted, last: 100 })) events.push(line)
  expect(
    events
      .map((line) => (line.kind === 'event' ? `${line.level} ${line.event} ${line.alert}` : ''))
      .toSorted(),
  ).toEqual([
    'info alert-over lamp-down',
    'warn alert-firing failing',
    'warn alert-firing lamp-down',
    'warn alert-firing money',
  ])
  const messages = [
    receiver.lines.join('\n'),
    JSON.stringify([events, await report()]),
    await readFile(keptAt, 'utf8'),
  ].join('\n')
  expect(messages).toContain('lamp-down')
  for (const hidden of ['canary-', `:${lamp}`, '127.0.0.1']) expect(messages).not.toContain(hidden)
  expect(gateway.lines()).toContain('alert-firing')
  expect(gateway.lines()).not.toContain('canary-')
})
