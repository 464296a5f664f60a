/** `/metrics` as Prometheus takes it, with what `deploy/` asks of it; and that no client can make it grow. */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchMetrics } from '../../src/control/admin-client.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { askOf, createClient, streamOf, type Client } from './harness/client.ts'
import { secrets, testPolicies } from './harness/policies.ts'
import { startGateway, type Gateway } from './harness/start-gateway.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const RULES = join(ROOT, 'deploy/prometheus/aicc.rules.yml')

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const promtoolIt = hasPromtool ? it : it.skip
if (!hasPromtool) console.warn('skipped: promtool is not installed (Debian package `prometheus`)')

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

function promtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' })
  return status === 0 ? '' : `${stdout}${stderr}`
}

describe.each(['workerd', 'node'] as const)('metrics on %s', (runtime) => {
  let upstream: RecordingUpstream
  let gateway: Gateway
  let client: Client

  beforeAll(async () => {
    upstream = await startUpstream()
    const policies = testPolicies(upstream.origin, { models: { fast: {}, gone: { on: ['dead'] } } })
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

  promtoolIt('is as promtool wants it', async () => {
    await askAround()
    await expect.poll(counted).toBeGreaterThan(3)
    expect(promtool(['check', 'metrics'], await metrics())).toBe('')
  })

  promtoolIt('has rules that promtool takes', () => {
    expect(promtool(['check', 'rules', RULES])).toBe('')
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

  it(`has no more series after ${STRANGE} strange models, keys and paths`, { timeout: 120_000 }, async () => {
    await askAround()
    // What becomes of a name or a key that is not known, once: these series may come.
    for (const call of [strange(0), strange(1), strange(2)]) await client.call(call)
    await expect.poll(counted).toBeGreaterThan(4)
    const before = new Set(seriesIn(await metrics()))
    const kept = await counted()
    let next = 3
    const worker = async (): Promise<void> => {
      while (next < STRANGE) await client.call(strange(next++))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    // A third of them named a model with a good key: these were let in, and are records.
    await expect.poll(counted, { timeout: 20_000 }).toBeGreaterThanOrEqual(kept + Math.floor(STRANGE / 3) - 1)
    const after = seriesIn(await metrics())
    expect(after.filter((name) => !before.has(name) && !name.startsWith('aicc_slots'))).toEqual([])
    expect(after.filter((name) => /strange/.test(name))).toEqual([])
  })
})

/** In turns a model that nobody knows, a key that nobody knows, and a path that nobody serves. */
function strange(i: number): Parameters<Client['call']>[0] {
  if (i % 3 === 0) return { body: askOf(`strange-model-${i}`) }
  if (i % 3 === 1) return { body: askOf('fast'), key: `strange-key-${i}-0123456789abcdef` }
  return { path: `/v1/strange/${i}` }
}
