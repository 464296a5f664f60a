/** `/metrics` as Prometheus takes it, with what `deploy/` asks of it; and that no client can make it grow. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchMetrics } from '../../src/control/admin-client.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { askOf, createClient, streamOf, type Client } from './harness/client.ts'
import { secrets, testPolicies } from './harness/policies.ts'
import { hasPromtool, promtool } from './harness/promtool.ts'
import { startGateway, type Gateway, type Policies } from './harness/start-gateway.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Strange requests to each runtime. */
const STRANGE = 5000
const AT_ONCE = 64

const read = (file: string): Promise<string> => readFile(join(ROOT, file), 'utf8')

/** Names of our metrics in an expression, a table or an exposition, as their HELP line has them. */
function namesIn(text: string): Set<string> {
  const names = text.match(/\b(?:aicc|gen_ai)_[a-z_]+\b(?!=|!=)/g) ?? []
  return new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')))
}

/** Of expressions alone: their labels are called `gen_ai_…` as well. */
function expressionNames(text: string): Set<string> {
  return namesIn(text.replaceAll(/\{[^}]*\}/g, '').replaceAll(/\bby \([^)]*\)/g, ''))
}

describe.each(['workerd', 'node'] as const)('metrics on %s', (runtime) => {
  let upstream: RecordingUpstream
  let gateway: Gateway
  let client: Client

  beforeAll(async () => {
    upstream = await startUpstream()
    const policies = testPolicies(upstream.origin, { models: { fast: {}, gone: { on: ['dead'] } } })
    openToAnyName(policies)
    const key = { env: 'CONF_UPSTREAM_KEY' }
    // Nobody takes the traces: their metrics are there all the same.
    policies.policy.trace = {
      sink: 'langfuse',
      url: 'http://127.0.0.1:81',
      zone: 'local',
      publicKey: key,
      secretKey: key,
    }
    policies.policy.alerts = {
      receivers: { ops: { webhook: { env: 'OPS_WEBHOOK' } } },
      watch: { failing: { errorRate: { above: 50 }, of: { backend: 'dead' }, to: 'ops' } },
    }
    const env = { ...secrets, OPS_WEBHOOK: 'http://127.0.0.1:81/hook' }
    gateway = await startGateway({ runtime, ...policies, env })
    client = createClient(gateway)
  })
  afterAll(async () => {
    client.close()
    await gateway.stop()
    await upstream.close()
  })

  const metrics = async (): Promise<string> => {
    const answer = await fetchMetrics(join(gateway.folder, 'state'), {})
    if (answer.kind !== 'found') throw new Error(JSON.stringify(answer))
    return answer.found
  }
  const seriesIn = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.slice(0, line.lastIndexOf(' ')))
  const counted = async (): Promise<number> =>
    Array.from((await metrics()).matchAll(/^aicc_requests_total\{.*\} (\d+)$/gm), ([, n]) =>
      Number(n),
    ).reduce((sum, n) => sum + n, 0)

  /** One of everything: an answer, a stream, a backend that is not there, a model that is not known. */
  const askAround = async (): Promise<void> => {
    for (const body of [askOf('fast'), streamOf('fast'), askOf('gone'), askOf('nobody')])
      await client.chat(body)
  }

  it.skipIf(!hasPromtool)('is as promtool wants it', async () => {
    await askAround()
    await expect.poll(counted).toBeGreaterThan(3)
    expect(promtool(['check', 'metrics'], await metrics())).toBe('')
  })

  it('has every metric that rules, dashboard and documents name, and they name every one', async () => {
    const present = new Set(Array.from((await metrics()).matchAll(/^# HELP (\w+) /gm), ([, name]) => name))
    const expressions = Array.from((await read('deploy/prometheus/aicc.rules.yml')).matchAll(/expr: (.*)/g))
    const dashboard = JSON.stringify(
      (
        JSON.parse(await read('deploy/grafana/aicc.json')) as { panels: { targets?: { expr: string }[] }[] }
      ).panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    )
    const used = expressionNames([...expressions.map(([, expr]) => expr), dashboard].join('\n'))
    expect(used.size).toBeGreaterThan(15)
    expect([...used].filter((name) => !present.has(name))).toEqual([])
    const table = (await read('docs/observability.md')).match(/^\| `(?:aicc|gen_ai)_\w+`/gm) ?? []
    expect(new Set(table.map((cell) => cell.slice(3, -1)))).toEqual(present)
  })

  it(`has no more series after ${STRANGE} strange requests`, { timeout: 120_000 }, async () => {
    const first = await counted()
    await askAround()
    // What becomes of each kind, once: these series may come.
    const kinds = STRANGENESS.length
    const statuses: number[] = []
    for (let i = 0; i < kinds; i += 1) statuses.push((await client.call(strange(i))).status)
    expect(statuses).toEqual(STRANGENESS.map(({ status }) => status))
    const isLetIn = (i: number): boolean => STRANGENESS[i % kinds]?.isLetIn === true
    const letIn = (from: number, to: number): number =>
      Array.from({ length: to - from }, (_, i) => from + i).filter(isLetIn).length
    const kept = first + 4 + letIn(0, kinds)
    await expect.poll(counted).toBe(kept)
    const before = new Set(seriesIn(await metrics()))
    let next = kinds
    const worker = async (): Promise<void> => {
      while (next < STRANGE) await client.call(strange(next++))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    await expect.poll(counted).toBe(kept + letIn(kinds, STRANGE))
    const text = await metrics()
    const after = seriesIn(text)
    expect(after.filter((name) => !before.has(name) && !name.startsWith('aicc_slots'))).toEqual([])
    expect(text).not.toContain('strange')
  })
})

/** Lets clients choose names: of models, aliases and what a rule asks for, some at a backend that is not there. */
function openToAnyName({ backends, policy, clients }: Policies): void {
  const { mock, dead } = backends.backends
  if (mock === undefined || dead === undefined) throw new Error('the backends have other names')
  mock.models['*'] = { id: 'any-*' }
  dead.models['*'] = { id: 'any-*' }
  policy.models['open-*'] = { targets: ['mock/*'] }
  policy.models['lost-*'] = { targets: ['dead/*'] }
  policy.models['ruled-*'] = { rules: 'main' }
  policy.rules = {
    main: [
      { id: 'by-name', when: { model: 'ruled-strange*' }, to: 'fast' },
      { id: 'by-tag', when: { tag: 'evening' }, to: 'gone' },
      { id: 'else', to: 'fast' },
    ],
  }
  policy.aliases = { 'alias-*': 'fast' }
  const [home] = Object.values(clients.clients)
  if (home !== undefined) home.tags = ['evening']
  clients.clients['guest'] = { keys: [{ env: 'CONF_KEY_NARROW' }], models: '*' }
}

interface Strangeness {
  call: (i: number) => Parameters<Client['call']>[0]
  status: number
  isLetIn?: true
}

const METHODS = ['PATCH', 'PROPFIND', 'PURGE', 'MKCOL', 'DELETE', 'LOCK']

/** Whatever a client can make up, in turns. What is let in is a record. */
const STRANGENESS: readonly Strangeness[] = [
  { call: (i) => ({ body: askOf(`strange-model-${i}`) }), status: 404, isLetIn: true },
  { call: (i) => ({ body: askOf('fast'), key: `strange-key-${i}-0123456789abcdef` }), status: 403 },
  { call: (i) => ({ path: `/v1/strange/${i}` }), status: 404 },
  { call: (i) => ({ method: METHODS[i % METHODS.length] ?? 'PATCH' }), status: 405 },
  { call: (i) => ({ body: askOf(`open-strange-${i}`) }), status: 200, isLetIn: true },
  { call: (i) => ({ body: askOf(`lost-strange-${i}`) }), status: 502, isLetIn: true },
  { call: (i) => ({ body: askOf(`ruled-strange-${i}`) }), status: 200, isLetIn: true },
  { call: (i) => ({ body: askOf(`ruled-${i}-strange`) }), status: 502, isLetIn: true },
  { call: (i) => ({ body: askOf(`alias-strange-${i}`) }), status: 200, isLetIn: true },
  {
    call: (i) => ({
      body: askOf('fast', { user: `strange-user-${i}`, metadata: { tags: `strange-tag-${i}` } }),
      headers: { 'x-correlation-id': `strange-${i}`, 'x-session-id': `strange-session-${i}` },
    }),
    status: 200,
    isLetIn: true,
  },
]

function strange(i: number): Parameters<Client['call']>[0] {
  return STRANGENESS[i % STRANGENESS.length]?.call(i)
}
