/** What was used is kept and shown, by the numbers that admission goes by; a new edge goes on from there. */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchStatus, fetchUsage, requestReload } from '../../src/control/admin-client.ts'
import type { BudgetStanding, UsageReport } from '../../src/table/usage-report.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { json, type Reply } from '../upstream/reply.ts'
import { askOf, createClient, type Client } from './harness/client.ts'
import { secrets, testPolicies } from './harness/policies.ts'
import { startGateway, type Gateway, type Policies } from './harness/start-gateway.ts'

const KEY = 'conf-usage-spender-0123456789abcdef'
/** 1,000 tokens at 10 USD a million, in nano-USD. */
const COST = 10_000_000

function pricedPolicies(upstream: string): Policies {
  const keys = [{ sha256: createHash('sha256').update(KEY).digest('hex') }]
  const spender = { keys, models: '*' as const, budget: { usd: '0.05/day' } }
  const policies = testPolicies(upstream, { models: { fast: {}, slow: {} }, clients: { spender } })
  for (const { models } of Object.values(policies.backends.backends)) {
    for (const model of Object.values(models)) model.price = { input: 1, output: 10 }
  }
  return policies
}

const ANSWER: Reply = json(200, {
  choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 0, completion_tokens: 1000 },
})

describe.each(['workerd', 'node'] as const)('on %s', (runtime) => {
  let upstream: RecordingUpstream
  let gateway: Gateway
  let client: Client
  let policies: Policies

  beforeAll(async () => {
    upstream = await startUpstream()
    upstream.reply('mock/fast', ANSWER)
    policies = pricedPolicies(upstream.origin)
    gateway = await startGateway({ runtime, ...policies, env: secrets })
    client = createClient(gateway)
  })
  afterAll(async () => {
    client.close()
    await gateway.stop()
    await upstream.close()
  })

  const state = (): string => join(gateway.folder, 'state')
  const ask = async (model: string): Promise<number> =>
    (await client.chat(askOf(model, { max_tokens: 10 }), { key: KEY })).status
  const report = async (): Promise<UsageReport> => {
    const answer = await fetchUsage(state(), { by: 'client' }, {})
    if (answer.kind !== 'usage') throw new Error(JSON.stringify(answer))
    return answer.report
  }
  const budget = async (): Promise<BudgetStanding | undefined> => (await report()).budgets[0]
  const kept = async (): Promise<[requests: number, cost: number]> => {
    const row = (await report()).rows.find(({ name }) => name === 'spender')
    return [row?.requests ?? 0, row?.cost ?? 0]
  }

  it('shows requests, tokens and money of each client, and what is left', async () => {
    expect([await ask('fast'), await ask('fast')]).toEqual([200, 200])
    await expect.poll(kept).toEqual([2, 2 * COST])
    expect((await report()).rows).toContainEqual(
      expect.objectContaining({ name: 'spender', requests: 2, failed: 0, outputTokens: 2000, unpriced: 0 }),
    )
    expect(await budget()).toMatchObject({
      client: 'spender',
      per: 'day',
      limit: 5 * COST,
      used: 2 * COST,
      left: 3 * COST,
    })
    const answer = await fetchStatus(state(), {})
    expect(answer).toMatchObject({ status: { records: { dropped: 0, problem: null } } })
  })

  it('counts what the edge before lets in to its end, when another takes its place', async () => {
    upstream.reply('mock/slow', [{ at: 1500 }, ...ANSWER])
    const late = ask('slow')
    await expect.poll(() => upstream.requestsFor('mock/slow').length).toBe(1)
    const other = { ...policies.backends.backends['mock'], url: 'http://127.0.0.1:81' }
    const backends = { backends: { ...policies.backends.backends, other } }
    await writeFile(join(gateway.folder, 'policies/backends.yaml'), JSON.stringify(backends))
    const reloaded = await requestReload(state(), {})
    expect(reloaded).toMatchObject({ how: 'restarted' })
    expect(await budget()).toMatchObject({ used: 2 * COST })
    expect(await late).toBe(200)
    await expect.poll(budget).toMatchObject({ used: 3 * COST })
    await expect.poll(kept).toEqual([3, 3 * COST])
    // The connection on which the late answer came does not keep its client with the old edge.
    const { headers } = await client.chat(askOf('nothing'), { key: KEY })
    expect(reloaded).toMatchObject({
      digest: expect.stringMatching(`^${String(headers['x-aicc-digest'])}`) as string,
    })
  })

  it('knows it still when the edge was killed', async () => {
    const status = await fetchStatus(state(), {})
    const pid = status.kind === 'running' ? status.status.edge.pid : null
    process.kill(pid ?? 0, 'SIGKILL')
    await expect
      .poll(async () => await ask('fast').catch(() => 0), { timeout: 10_000, interval: 200 })
      .toBe(200)
    await expect.poll(budget).toMatchObject({ used: 4 * COST })
    expect([await ask('fast'), await ask('fast')]).toEqual([200, 429])
    expect(await budget()).toMatchObject({ used: 5 * COST, left: 0 })
  })
})
