/** What the admin API answers is what its OpenAPI document says, route for route. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HealthDetail } from '../../src/control/health/health-detail.ts'
import type { AlertsReport } from '../../src/table/alert-status.ts'
import type { HistoryPage } from '../../src/table/history.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { askOf, createClient, type Client } from './harness/client.ts'
import { secrets, testPolicies } from './harness/policies.ts'
import { startGateway, type Gateway } from './harness/start-gateway.ts'

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object> }
}

const FILE = fileURLToPath(new URL('../../schemas/admin.openapi.json', import.meta.url))

describe.each(['workerd', 'node'] as const)('the admin API on %s', (runtime) => {
  let upstream: RecordingUpstream
  let gateway: Gateway
  let client: Client
  let document: Document
  let ajv: Ajv2020
  const asked = new Set<string>()

  beforeAll(async () => {
    upstream = await startUpstream()
    const policies = testPolicies(upstream.origin, {
      models: { fast: {}, gone: { on: ['dead'] } },
      clients: { spender: { keys: [{ env: 'CONF_KEY_NEW' }], models: '*', budget: { usd: '1/day' } } },
    })
    policies.backends.modes = { gaming: {} }
    policies.backends.backends['dead']!.mode = 'gaming'
    policies.policy.alerts = {
      receivers: { ops: { webhook: { env: 'OPS_WEBHOOK' } } },
      watch: { failing: { errorRate: { above: 50 }, to: 'ops' }, money: { budget: { above: 90 } } },
    }
    for (const { models } of Object.values(policies.backends.backends)) {
      for (const model of Object.values(models)) model.price = 'none'
    }
    const env = { ...secrets, OPS_WEBHOOK: `${upstream.origin}/hook` }
    gateway = await startGateway({ runtime, ...policies, env })
    client = createClient(gateway)
    document = JSON.parse(await readFile(FILE, 'utf8')) as Document
    ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema({ $id: 'aicc', ...document })
    for (const model of ['fast', 'gone', 'nobody']) await client.chat(askOf(model))
  })
  afterAll(async () => {
    client.close()
    await gateway.stop()
    await upstream.close()
  })

  const call = async (method: string, path: string, body?: object): Promise<Response> => {
    const { address, port } = gateway.run.admin
    const token = (await readFile(join(gateway.folder, 'state/admin.token'), 'utf8')).trim()
    return fetch(`http://${address}:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    })
  }

  /** Asks, and holds the answer against the document. @returns its body */
  const ask = async (
    method: string,
    at: string,
    { path = at, body }: { path?: string; body?: object } = {},
  ): Promise<unknown> => {
    const answer = await call(method, path, body)
    asked.add(`${method.toLowerCase()} ${at}`)
    const { responses } = document.paths[at]![method.toLowerCase()]!
    const status = String(answer.status) in responses ? String(answer.status) : 'default'
    const type = (answer.headers.get('content-type') ?? '').split(';')[0]!
    const text = await answer.text()
    if (type !== 'application/json') {
      expect(Object.keys(responses[status]?.content ?? { '': {} })).toContain(type)
      return text
    }
    const content: unknown = JSON.parse(text)
    const place = ['paths', at, method.toLowerCase(), 'responses', status, 'content', type, 'schema']
    const pointer = place.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    const validate = ajv.getSchema(`aicc#/${pointer.join('/')}`)
    if (validate === undefined) throw new Error(`no schema for ${method} ${at} ${status}`)
    const fits = validate(content)
    expect({ at, fits, errors: validate.errors }).toEqual({ at, fits: true, errors: null })
    return content
  }

  it('answers as its document says', async () => {
    const page = async (): Promise<HistoryPage> => (await ask('GET', '/admin/requests')) as HistoryPage
    await expect.poll(async () => (await page()).entries.length).toBe(3)
    const [entry] = (await page()).entries
    await ask('GET', '/admin/requests/{id}', { path: `/admin/requests/${entry!.id}` })
    await ask('GET', '/admin/requests/{id}', { path: '/admin/requests/nobody' })
    await ask('GET', '/admin/requests/{id}/trace', { path: `/admin/requests/${entry!.id}/trace` })
    await ask('GET', '/admin/requests/{id}/trace', { path: '/admin/requests/nobody/trace' })
    await ask('GET', '/admin/requests', { path: '/admin/requests?limit=0' })
    await ask('GET', '/admin/aggregates', { path: '/admin/aggregates?by=model&step=60&since=1h' })
    await ask('GET', '/admin/usage', { path: '/admin/usage?by=day' })
    await ask('GET', '/admin/status')
    await ask('GET', '/metrics')
    // Its only answer as plain HTTP is a refusal; test/conformance/logs.test.ts speaks with it.
    await ask('GET', '/admin/events')
    expect(await ask('GET', '/admin/openapi.json')).toEqual(document)
    await expect.poll(async () => ((await ask('GET', '/admin/alerts')) as AlertsReport).alerts.length).toBe(2)
    await ask('POST', '/admin/alerts/{name}/test', { path: '/admin/alerts/failing/test' })
    await ask('POST', '/admin/alerts/{name}/test', { path: '/admin/alerts/nobody/test' })
    await ask('GET', '/admin/modes')
    await ask('GET', '/admin/modes/{name}', { path: '/admin/modes/gaming' })
    await ask('PUT', '/admin/modes/{name}', { path: '/admin/modes/gaming', body: { on: true } })
    await ask('PUT', '/admin/modes/{name}', { path: '/admin/modes/nobody', body: { on: true } })
    await ask('PUT', '/admin/modes/{name}', { path: '/admin/modes/gaming', body: {} })
    await ask('GET', '/admin/shadow')
    const { table } = JSON.parse(await readFile(join(gateway.folder, 'state/accepted.json'), 'utf8')) as {
      table: object
    }
    await ask('PUT', '/admin/shadow', { body: { table } })
    await ask('GET', '/admin/shadow')
    await ask('DELETE', '/admin/shadow')
    await ask('POST', '/admin/reload')
    const health = (await ask('GET', '/health/detailed')) as HealthDetail
    expect(health).toMatchObject({ status: 'up' })
    expect(health.components.map(({ name }) => name)).toEqual(['edge', 'database'])
    const documented = Object.entries(document.paths).flatMap(([at, operations]) =>
      Object.keys(operations)
        .filter((method) => method !== 'parameters')
        .map((method) => `${method} ${at}`),
    )
    expect(documented.filter((one) => !asked.has(one))).toEqual([])
  })
})
