/**
 * A thousand requests at once through the whole gateway, against a budget, a limit and a number of places: one node on each
 * runtime, and three nodes on 127.0.0.1, .2 and .3 that share a real Redis, one of which is killed meanwhile. What the
 * backend was asked is the measure, not what the gateway says of itself.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ClientConfig } from '../../compiler/config/clients.ts'
import { requestReload } from '../../src/control/admin-client.ts'
import type { Runtime } from '../../src/control/run-file.ts'
import type { FailureAnswer } from '../../src/table/shared-state.ts'
import { createChaosGateway, type ChaosGateway } from '../chaos/chaos-gateway.ts'
import type { Policies } from '../conformance/harness/start-gateway.ts'
import { type CountedBackend, startCountedBackend, USAGE } from './harness/counted-backend.ts'
import { freePort, missingRedis, startRedis } from './harness/redis-server.ts'

const missing =
  process.platform === 'linux' ? await missingRedis() : 'it takes 127.0.0.2 and .3, as Linux has them'
if (missing !== null) console.log(`nodes that share Redis are skipped: ${missing}`)

const AT_ONCE = 1000
/** What a request costs, in nano-USD: input for 1 USD per million tokens, output for 3. */
const COST = USAGE.prompt_tokens * 1000 + USAGE.completion_tokens * 3000
const BUDGET = 3_000_000
/** More than the most that one request reserves. */
const RESERVED = 60_000
/** Of an hour: one comes back each minute. */
const REQUESTS = 60
const PLACES = 40
/** Far longer than any of this takes, so that nothing runs out on a machine that is used up by others. */
const TOTAL_MS = 120_000
/** Of a lease: a request's total, and a minute. */
const TTL_MS = TOTAL_MS + 60_000

/** Each client has one kind of limit, and a model of its own, by which the backend tells it. */
const CLIENTS: Record<ClientName, Pick<ClientConfig, 'budget' | 'limits'>> = {
  money: { budget: [{ usd: '0.003/day' }] },
  pace: { limits: { requests: `${REQUESTS}/h` } },
  places: { limits: { concurrent: PLACES } },
}
type ClientName = 'money' | 'pace' | 'places'
const NAMES = ['money', 'pace', 'places'] as const
const keyOf = (client: ClientName): string => `thousand-key-of-${client}-0123456789`

function policies(origin: string, onFailure: FailureAnswer | null): Policies {
  const models = Object.fromEntries(NAMES.map((name) => [name, { targets: [`only/${name}`] }]))
  const served = NAMES.map((name) => [name, { id: name, price: { input: 1, output: 3 } }] as const)
  const clients = NAMES.map((name): [string, ClientConfig] => [
    name,
    { ...CLIENTS[name], keys: [{ env: `KEY_${name.toUpperCase()}` }], models: [name] },
  ])
  const answers = onFailure && { limits: onFailure, budgets: onFailure, leases: onFailure }
  return {
    backends: { backends: { only: { kind: 'openai', url: origin, models: Object.fromEntries(served) } } },
    clients: { clients: Object.fromEntries(clients) },
    policy: {
      models,
      timeouts: { total: `${TOTAL_MS}ms`, firstToken: `${TOTAL_MS - 1000}ms` },
      ...(answers && { state: { redis: { url: { env: 'REDIS_URL' }, nodes: 3, onFailure: answers } } }),
    },
  }
}

interface Node {
  gateway: ChaosGateway
  address: string
}

interface Rig {
  backend: CountedBackend
  nodes: Node[]
  port: number
  /** What each of so many requests was told, `200` or status and code; they go round the nodes. */
  ask: (client: ClientName, count: number, nodes?: readonly Node[]) => Promise<string[]>
}

/** @param onFailure null = they share nothing yet */
async function startRig(
  runtimes: readonly Runtime[],
  redisPort: number | null,
  onFailure: FailureAnswer | null = redisPort === null ? null : 'closed',
): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-thousand-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const backend = await startCountedBackend()
  onTestFinished(() => backend.close())
  const environment: Record<string, string> = { REDIS_URL: `redis://127.0.0.1:${redisPort ?? 1}` }
  for (const name of NAMES) environment[`KEY_${name.toUpperCase()}`] = keyOf(name)
  const port = await freePort()
  const nodes = runtimes.map((runtime, i): Node => {
    const address = `127.0.0.${i + 1}`
    const options = { runtime, folder: join(folder, `${i}`), address, port, environment }
    return { address, gateway: createChaosGateway(options) }
  })
  await Promise.all(
    nodes.map(async ({ gateway }) => {
      await gateway.write(policies(backend.origin, onFailure))
      onTestFinished(() => gateway.stop())
      await gateway.startControl()
    }),
  )
  const agent = new http.Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const ask: Rig['ask'] = (client, count, among = nodes) =>
    Promise.all(
      Array.from({ length: count }, (_, i) => post({ ...among[i % among.length]!, port, agent }, client)),
    )
  return { backend, nodes, port, ask }
}

/** Never rejects: a connection that breaks says so. */
function post(
  { address, port, agent }: { address: string; port: number; agent: http.Agent },
  client: ClientName,
): Promise<string> {
  const body = JSON.stringify({ model: client, max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] })
  const headers = {
    // By a name that each node has, whatever its address.
    host: `127.0.0.1:${port}`,
    authorization: `Bearer ${keyOf(client)}`,
    'content-type': 'application/json',
  }
  return new Promise((resolve) => {
    const options = { host: address, port, agent, method: 'POST', path: '/v1/chat/completions', headers }
    const request = http.request(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('error', () => resolve('broken'))
      response.once('end', () => {
        const { statusCode } = response
        const code = /"code":\s*"(\w+)"/.exec(text)?.[1]
        resolve(statusCode === 200 ? '200' : `${statusCode} ${code}`)
      })
    })
    request.once('error', () => resolve('broken'))
    request.end(body)
  })
}

/** So many at once while the backend holds on to what it gets: places are full for as long as it takes. */
async function fillPlaces({ ask, backend }: Rig, count: number): Promise<string[]> {
  backend.hold('places')
  let refused = 0
  const answers = Array.from({ length: count }, async () => {
    const [answer = 'none'] = await ask('places', 1)
    if (answer !== '200') refused += 1
    return answer
  })
  await expect.poll(() => refused, { timeout: 60_000 }).toBe(count - PLACES)
  backend.letGo()
  return Promise.all(answers)
}

function tally(answers: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1
  return counts
}

const said = (answers: readonly string[]): string =>
  Object.entries(tally(answers))
    .map(([answer, count]) => `${count} × ${answer}`)
    .join(', ')

/** Requests that the rate has let through anew since then. */
function mostBack(began: number): number {
  return Math.ceil(((Date.now() - began) * REQUESTS) / 3_600_000)
}

interface Filling {
  client: ClientName
  nodes: readonly Node[]
  isFull: () => boolean | Promise<boolean>
}

/**
 * Asks on until there is no room, few at a time: on a busy machine Redis is too late for many, and after three silences in
 * a row nobody is asked for a second.
 */
async function fill(rig: Rig, { client, nodes, isFull }: Filling): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline && !(await isFull());) {
    const answers = await rig.ask(client, 2 * nodes.length, nodes)
    if (!answers.includes('200')) await sleep(200)
  }
}

/** What Redis was too late for counts until it is cancelled: is it still so a moment later? */
async function twice(isSo: () => Promise<boolean>): Promise<boolean> {
  if (!(await isSo())) return false
  await sleep(500)
  return isSo()
}

describe.each(['workerd', 'node'] as const)('one node on %s', (runtime) => {
  it('lets a thousand at once take what there is, and no more', async () => {
    const rig = await startRig([runtime], null)
    const { backend, ask } = rig
    const money = await ask('money', AT_ONCE)
    const spent = (): number => backend.asked('money') * COST
    await fill(rig, { client: 'money', nodes: rig.nodes, isFull: () => spent() > BUDGET - RESERVED })
    const over = await ask('money', 100)
    const began = Date.now()
    const pace = await ask('pace', AT_ONCE)
    const back = mostBack(began)
    const places = await fillPlaces(rig, AT_ONCE)
    console.log(
      [
        `one node on ${runtime}, ${AT_ONCE} at once`,
        `  budget of ${BUDGET} nano-USD: ${said(money)}; in the end ${spent()} spent`,
        `  ${REQUESTS} requests an hour: ${said(pace)}; ${backend.asked('pace')} let in`,
        `  ${PLACES} places: ${said(places)}; ${backend.mostAtOnce('places')} at once at most`,
      ].join('\n'),
    )
    expect(over).not.toContain('broken')
    expect(spent()).toBeLessThanOrEqual(BUDGET)
    expect(spent()).toBeGreaterThan(BUDGET - RESERVED)
    expect(Object.keys(tally(money)).toSorted()).toEqual(['200', '429 insufficient_quota'])
    expect(Object.keys(tally(pace)).toSorted()).toEqual(['200', '429 rate_limit_exceeded'])
    expect(backend.asked('pace')).toBeGreaterThanOrEqual(REQUESTS)
    expect(backend.asked('pace')).toBeLessThanOrEqual(REQUESTS + back)
    expect(backend.mostAtOnce('places')).toBe(PLACES)
    expect(tally(places)).toEqual({ '200': PLACES, '429 rate_limit_exceeded': AT_ONCE - PLACES })
    // All places are there again, once what goes on behind the answers is over.
    await expect.poll(async () => tally(await ask('places', PLACES))).toEqual({ '200': PLACES })
  })
})

describe.skipIf(missing !== null)('with a real Redis', () => {
  it('lets a thousand at once take no more on three nodes, one of which is killed', async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const redis = new Redis({ port: server.port })
    onTestFinished(() => redis.disconnect())
    const rig = await startRig(['workerd', 'node', 'workerd'], server.port)
    const { backend, ask, nodes } = rig
    const [, , last] = nodes
    const others = nodes.slice(0, 2)
    // Until connections and scripts are there.
    for (const node of nodes) await expect.poll(() => ask('places', 1, [node])).toEqual(['200'])
    const leases = '{aicc}:l:client:places:concurrent'
    await expect.poll(() => redis.zcard(leases)).toBe(0)

    // Places are taken on the node that is going to be killed, and a thousand run against the budget meanwhile.
    backend.hold('places')
    const doomed: Promise<string[]>[] = []
    // One by one, for the same reason.
    for (; backend.atWork('places') < PLACES / 2; await sleep(50)) doomed.push(ask('places', 1, [last!]))
    const storm = ask('money', AT_ONCE)
    await sleep(200)
    const { edge } = await last!.gateway.pids()
    // What the backend has at work was let in; others may be on their way.
    const held = backend.atWork('places')
    await last!.gateway.killControl()
    process.kill(edge, 'SIGKILL')
    const money = await storm
    await Promise.all(doomed)
    const left = await redis.zrange(leases, '0', '-1', 'WITHSCORES')
    const leftAt = Date.now()
    backend.letGo()
    await expect.poll(() => backend.atWork('places')).toBe(0)
    backend.forget()
    const places = await ask('places', AT_ONCE, others)
    await fill(rig, { client: 'places', nodes: others, isFull: () => backend.mostAtOnce('places') > 0 })
    const began = Date.now()
    const pace = await ask('pace', AT_ONCE, others)
    const isPaced = async (): Promise<boolean> => {
      const [key] = await redis.keys('{aicc}:r:client:pace:*')
      return key !== undefined && Number(await redis.hget(key, 'level')) > REQUESTS - 1
    }
    await fill(rig, { client: 'pace', nodes: others, isFull: () => twice(isPaced) })
    pace.push(...(await ask('pace', 100, others)))
    const back = mostBack(began)
    const counted = async (): Promise<number> => {
      const [key] = await redis.keys('{aicc}:b:client:money:usd:day:*')
      return key === undefined ? 0 : Number(await redis.get(key))
    }
    const isSpent = async (): Promise<boolean> => (await counted()) > BUDGET - RESERVED
    await fill(rig, { client: 'money', nodes: others, isFull: () => twice(isSpent) })
    money.push(...(await ask('money', 100, others)))
    const waits = left.filter((_, i) => i % 2 === 1).map((endsAt) => Number(endsAt) - leftAt)
    const spent = backend.asked('money') * COST
    console.log(
      [
        `three nodes that share Redis, ${AT_ONCE} at once, the third killed`,
        `  budget of ${BUDGET} nano-USD: ${said(money)}; in the end ${spent} spent, ${await counted()} counted`,
        `  ${REQUESTS} requests an hour: ${said(pace)}; ${backend.asked('pace')} let in`,
        `  ${PLACES} places, ${waits.length} of them held by the dead: ${said(places)}; ${backend.mostAtOnce('places')} at once at most`,
        `  the last lease of the dead ends ${Math.max(...waits)} ms later`,
      ].join('\n'),
    )
    // What the dead had reserved stays counted, so that there is less to spend, never more. How much less is chance, and
    // so is how many come through where Redis is too late for most.
    expect(spent).toBeLessThanOrEqual(BUDGET)
    expect(await counted()).toBeGreaterThan(BUDGET - RESERVED)
    expect(spent).toBeGreaterThan(0)
    expect(backend.asked('pace')).toBeGreaterThan(0)
    expect(backend.asked('pace')).toBeLessThanOrEqual(REQUESTS + back)
    // Nobody takes the places of the dead before their time, and none is kept longer.
    expect(held).toBeGreaterThan(0)
    expect(backend.mostAtOnce('places')).toBeGreaterThan(0)
    expect(waits.length).toBeGreaterThanOrEqual(held)
    expect(Math.max(...waits)).toBeLessThanOrEqual(TTL_MS)
    expect(backend.mostAtOnce('places')).toBeLessThanOrEqual(PLACES - waits.length)
    expect(await redis.pttl(leases)).toBeLessThanOrEqual(TTL_MS)
  }, 300_000)

  it('takes over what was used when a policy begins to share, and keeps it when it ends that', async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const redis = new Redis({ port: server.port })
    onTestFinished(() => redis.disconnect())
    const rig = await startRig(['node'], server.port, null)
    const { backend, ask, nodes } = rig
    const { gateway } = nodes[0]!
    const isSpent = (): boolean => backend.asked('money') * COST > BUDGET - RESERVED
    await fill(rig, { client: 'money', nodes, isFull: isSpent })
    await expect.poll(() => ask('money', 10)).not.toContain('200')
    const spent = backend.asked('money')
    await gateway.write(policies(backend.origin, 'closed'))
    expect(await requestReload(gateway.stateDir, {})).toMatchObject({ how: 'restarted' })
    const counted = async (): Promise<number> => {
      const [key] = await redis.keys('{aicc}:b:client:money:usd:day:*')
      return key === undefined ? 0 : Number(await redis.get(key))
    }
    await expect.poll(counted).toBe(spent * COST)
    await expect.poll(() => ask('money', 1)).toEqual(['429 insufficient_quota'])
    await gateway.write(policies(backend.origin, null))
    expect(await requestReload(gateway.stateDir, {})).toMatchObject({ how: 'restarted' })
    // A kept connection may be one that the edge before has just closed.
    await expect.poll(() => ask('money', 1)).toEqual(['429 insufficient_quota'])
    expect(backend.asked('money')).toBe(spent)
  })

  it('hears of what an edge let in while it had no control process', async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const redis = new Redis({ port: server.port })
    onTestFinished(() => redis.disconnect())
    const rig = await startRig(['workerd'], server.port)
    const { backend, ask, nodes } = rig
    const { gateway } = nodes[0]!
    await expect.poll(() => ask('money', 1)).toEqual(['200'])
    // Its place is taken in Redis, and nobody is there to give it back.
    backend.hold('places')
    const long = ask('places', 1)
    await expect.poll(() => backend.atWork('places')).toBe(1)
    await gateway.killControl()
    backend.letGo()
    expect(await long).toEqual(['200'])
    const leases = '{aicc}:l:client:places:concurrent'
    expect(await redis.zcard(leases)).toBe(1)
    await gateway.startControl()
    await expect.poll(() => redis.zcard(leases)).toBe(0)
  })
})
