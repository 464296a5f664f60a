/**
 * Three nodes that count together in a real Redis: never more than the limit in all, nothing leaked by a node that is
 * killed, and no request that hangs while Redis is slow, away, or just back.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Runtime } from '../../src/control/run-file.ts'
import type { FailureAnswer, SharedState } from '../../src/table/shared-state.ts'
import { buildCountingEdge } from './harness/build-counting-edge.ts'
import { type Counted, RESERVED, USED } from './harness/counting.ts'
import { call, type GatewayNode, startNode } from './harness/gateway-node.ts'
import { freePort, missingRedis, type RedisServer, startRedis } from './harness/redis-server.ts'

// Nodes tell each other apart by loopback addresses, of which other systems have one.
const missing =
  process.platform === 'linux' ? await missingRedis() : 'it takes 127.0.0.2 and .3, as Linux has them'
if (missing !== null) console.log(`nodes that share Redis are skipped: ${missing}`)

let bundles: Record<Runtime, string>
let bundleDir: string

beforeAll(async () => {
  bundleDir = await mkdtemp(join(tmpdir(), 'aicc-shared-'))
  bundles = await buildCountingEdge(bundleDir)
})
afterAll(() => rm(bundleDir, { recursive: true, force: true }))

interface Rig {
  server: RedisServer
  redis: Redis
  addresses: string[]
  nodes: GatewayNode[]
  ask: (node: number, path: string) => Promise<Counted>
  /** Nano-USD that Redis has counted. */
  used: () => Promise<number>
}

async function rig(runtime: Runtime, count: number, onFailure: FailureAnswer): Promise<Rig> {
  const dir = await mkdtemp(join(tmpdir(), 'aicc-shared-'))
  const server = await startRedis()
  const redis = new Redis({ port: server.port })
  redis.on('error', () => {})
  const state: SharedState = {
    url: { env: 'REDIS_URL' },
    prefix: 'aicc',
    nodes: count,
    onFailure: { limits: onFailure, budgets: onFailure, leases: onFailure },
  }
  const environment = { REDIS_URL: `redis://127.0.0.1:${server.port}` }
  const port = await freePort()
  const addresses = Array.from({ length: count }, (_, i) => `127.0.0.${i + 1}:${port}`)
  const nodes = await Promise.all(
    addresses.map((address, i) =>
      startNode({ runtime, bundles, stateDir: join(dir, `${i}`), http: address, state, environment }),
    ),
  )
  const agent = new http.Agent({ keepAlive: true })
  onTestFinished(async () => {
    agent.destroy()
    redis.disconnect()
    await Promise.all(nodes.map((node) => node.stop()))
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  })
  return {
    server,
    redis,
    addresses,
    nodes,
    ask: (node, path) => call(addresses[node]!, { path, agent }),
    used: async () => Number((await redis.get('{aicc}:b:client:crew:usd:day:2100-01-01')) ?? 0),
  }
}

describe.skipIf(missing !== null)('nodes that share Redis', () => {
  it.each(['workerd', 'node'] as const)(
    'let a thousand at once take no more than the budget, on three nodes (%s)',
    async (runtime) => {
      const { ask, used } = await rig(runtime, 3, 'closed')
      // Connections and scripts are there, and their answers come in time also on a busy machine.
      for (let node = 0; node < 3; node += 1)
        await expect.poll(() => ask(node, '/')).toMatchObject({ granted: true })
      await expect.poll(async () => (await used()) % USED).toBe(0)
      const before = await used()
      const limit = before + 200 * RESERVED
      const answers: Counted[] = []
      const isGranted = ({ granted }: Counted): boolean => granted
      for (let wave = 0; wave < 10 || (wave < 60 && !answers.some(isGranted)); wave += 1) {
        const path = `/?limit=${limit}&hold=400`
        const some = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(i % 3, path)))
        answers.push(...some)
        // On a machine this busy Redis was too late for all of them: nobody is asked for a second.
        if (!some.some(isGranted)) await sleep(1100)
      }
      const granted = answers.filter(isGranted).length
      expect(granted * USED).toBeLessThanOrEqual(limit - before)
      expect(granted).toBeGreaterThan(0)
      await expect.poll(used).toBe(before + granted * USED)
      expect(await used()).toBeLessThanOrEqual(limit)
    },
  )

  it('keep no lease of a node that is killed for longer than it lives, and free the others at once', async () => {
    const { ask, nodes, redis } = await rig('workerd', 2, 'closed')
    for (const node of [0, 1]) await expect.poll(() => ask(node, '/')).toMatchObject({ granted: true })
    const held = '{aicc}:l:client:crew:concurrent'
    await expect.poll(() => redis.zcard(held)).toBe(0)
    const lost: Promise<Counted | null>[] = []
    // One by one: on a busy machine Redis is too late for some, and they get none.
    for (; (await redis.zcard(held)) < 3; await sleep(200)) {
      lost.push(ask(0, '/?hold=60000').catch(() => null))
    }
    const first = ask(1, '/?hold=500')
    process.kill(await nodes[0]!.edgePid(), 'SIGKILL')
    await Promise.all(lost)
    let kept = await first
    while (!kept.granted) kept = await ask(1, '/?hold=500')
    const { id } = kept
    await expect.poll(() => redis.zscore(held, id)).toBeNull()
    const left = await redis.zcard(held)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(lost.length)
    // What is left goes by itself, with the longest life of a request (ten minutes here).
    const [, endsAt] = await redis.zrange(held, '-1', '-1', 'WITHSCORES')
    expect(Number(endsAt)).toBeLessThanOrEqual(Date.now() + 600_000)
    expect(await redis.pttl(held)).toBeLessThanOrEqual(600_000)
    expect(await redis.pttl(held)).toBeGreaterThan(0)
  })

  it.each([
    { onFailure: 'open', granted: 40 },
    { onFailure: 'closed', granted: 0 },
    // Of twenty, shared by two.
    { onFailure: 'local-share', granted: 10 },
  ] as const)(
    'answer $onFailure while Redis is away, and count it when it is back',
    async ({ onFailure, granted }) => {
      const { ask, server, redis, used, nodes } = await rig('workerd', 2, onFailure)
      await expect.poll(() => ask(0, '/')).toMatchObject({ granted: true })
      await expect.poll(used).toBe(USED)
      await server.kill()
      // Held for longer than forty take to come, also on a busy machine.
      const path = `/?leases=20&hold=${onFailure === 'local-share' ? 6000 : 0}`
      const answers = await Promise.all(Array.from({ length: 40 }, () => ask(0, path)))
      expect(answers.filter((answer) => answer.granted)).toHaveLength(granted)
      await expect.poll(() => nodes[0]!.lines.join('\n')).toContain('Redis cannot be asked')
      const back = await startRedis(server.port)
      onTestFinished(() => back.stop())
      await expect.poll(() => redis.status).toBe('ready')
      // This Redis is a new one and empty: it counts what it is told after the fact, and is raised to what was before.
      await expect.poll(used).toBe((1 + granted) * USED)
      await expect.poll(() => ask(0, '/'), { interval: 200 }).toMatchObject({ granted: true })
      await expect.poll(() => nodes[0]!.lines.join('\n')).toContain('Redis answers again')
    },
  )

  it('hang for nobody while Redis does not answer', async () => {
    const { ask, server } = await rig('workerd', 1, 'open')
    await expect.poll(() => ask(0, '/')).toMatchObject({ granted: true })
    process.kill(server.pid, 'SIGSTOP')
    try {
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask(0, '/')))
      expect(answers.every((answer) => answer.granted)).toBe(true)
    } finally {
      process.kill(server.pid, 'SIGCONT')
    }
  })
})
