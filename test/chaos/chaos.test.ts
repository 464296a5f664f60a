/**
 * The chaos run: backends flap, Redis restarts, the edge and the control process are killed, policies change, under
 * load. Whoever had a healthy target is answered; nothing is counted twice and nothing stays taken. It prints what
 * happened. `AICC_CHAOS_SECONDS` is how long it does that on each runtime, `AICC_CHAOS_SEED` repeats its choices.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import http from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFailed, onTestFinished } from 'vitest'
import { requestReload } from '../../src/control/admin-client.ts'
import { statePaths } from '../../src/control/state-folder.ts'
import type { Runtime } from '../conformance/harness/start-gateway.ts'
import { createDice, type Dice } from '../privacy/dice.ts'
import { openGarbage, type Garbage } from '../soak/garbage.ts'
import { commonSlope, residentMib, type LifeSample } from '../soak/memory.ts'
import { missingRedis, startRedis, type RedisServer } from '../state/harness/redis-server.ts'
import { ask, startCallers, type Attempt, type Request } from './callers.ts'
import { createChaosGateway, type ChaosGateway } from './chaos-gateway.ts'
import {
  AT_ONCE,
  BACKENDS,
  chaosPolicies,
  CLIENTS,
  keyVariable,
  NARROW,
  POOL,
  REDIS_VARIABLE,
  SPARE,
  TOTAL_MS,
  type BackendName,
} from './chaos-policies.ts'
import { HELD, ILLNESSES, startBackend, type FlappingBackend } from './flapping-backend.ts'
import { judge, type Disturbance } from './judge.ts'
import { readBooks } from './read-books.ts'
import { renderChaos, type Happened } from './render-chaos.ts'
import { watchStalls } from './stalls.ts'

const SECONDS = Number(process.env['AICC_CHAOS_SECONDS'] ?? 20)
const SEED = Number(process.env['AICC_CHAOS_SEED'] ?? Date.now() % 1_000_000)
const PER_SECOND = 25
/** Seconds at the end of a long run in which nobody is killed, so that one edge lives long enough to judge its memory. */
const CALM = SECONDS >= 120 ? SECONDS / 2 : 0
/** Of these, those in which memory may still grow. */
const WARM_UP = CALM / 3
/** MiB a minute that an edge may grow in the rest: a leak of 4 KiB a request is more. */
const MOST_GROWTH = 6
/** MiB that an edge may hold at any time, garbage included: a third more than was ever seen. */
const MOST_HELD = 384
/** A lease of an edge that was killed stays in Redis for no longer: a request's `total`, and a minute. */
const LEASE_TTL_MS = TOTAL_MS + 60_000
/** Records that an edge still holds for so long are lost with it: the linger, and a batch under way on a busy machine. */
const LINGER_MS = 1000
/** Until what was sent before a kill is read here. */
const FELT_MS = 300

const missing = await missingRedis()
if (missing !== null) console.log(`Redis does not take part in the chaos: ${missing}`)

interface Rig {
  gateway: ChaosGateway
  backends: Record<BackendName, FlappingBackend>
  redis: { server: RedisServer; port: number } | null
  origins: Record<BackendName, string>
  disturbances: Disturbance[]
  happened: Happened
  port: number
  keys: Record<string, string>
}

async function startRig(runtime: Runtime, shared: boolean): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-chaos-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const started = await Promise.all(BACKENDS.map(async (name) => [name, await startBackend(name)] as const))
  const backends = Object.fromEntries(started) as Rig['backends']
  onTestFinished(async () => void (await Promise.all(started.map(([, backend]) => backend.close()))))
  const origins = Object.fromEntries(started.map(([name, { origin }]) => [name, origin])) as Rig['origins']
  const keys = Object.fromEntries(CLIENTS.map((name) => [name, `chaos-key-of-${name}-0123456789abcdef`]))
  const environment = Object.fromEntries(CLIENTS.map((name) => [keyVariable(name), keys[name] ?? '']))
  let redis: Rig['redis'] = null
  if (shared) {
    const server = await startRedis()
    redis = { server, port: server.port }
    environment[REDIS_VARIABLE] = `redis://127.0.0.1:${server.port}`
    const held = redis
    onTestFinished(() => held.server.stop())
  }
  const port = await quietPort()
  const gateway = createChaosGateway({ runtime, folder, port, environment })
  await gateway.write(chaosPolicies(origins, { side: 'left', shared }))
  onTestFinished(() => gateway.stop())
  await gateway.startControl()
  return { gateway, backends, redis, origins, disturbances: [], happened: {}, port, keys }
}

/** A port that the system lends to nobody while the gateway does not listen there. */
async function quietPort(): Promise<number> {
  for (let port = 20_000 + (process.pid % 5000); ; port += 1) {
    const server = createServer().listen(port, '127.0.0.1')
    const [how] = await Promise.race([once(server, 'listening').then(() => ['free']), once(server, 'error')])
    server.close()
    if (how === 'free') return port
  }
}

/** One backend after the other falls ill and recovers, each at its own pace. */
async function flap(rig: Rig, dice: Dice, over: AbortSignal): Promise<void> {
  const one = async (name: BackendName): Promise<void> => {
    // The spare is ill less often, so that mostly somebody is well.
    const rest = name === SPARE ? 6000 : 1500
    while (!over.aborted) {
      await pause(rest + dice.below(rest), over)
      const illness = dice.pick(ILLNESSES)
      if (over.aborted) break
      rig.backends[name].fall(illness)
      count(rig.happened, `a backend ${illness}`)
      await pause(700 + dice.below(2300), over)
      await rig.backends[name].recover()
    }
  }
  await Promise.all([...POOL, SPARE as BackendName].map(one))
}

/** One act after the other upon the gateway and its Redis. */
async function disturb(rig: Rig, dice: Dice, over: AbortSignal): Promise<void> {
  const killsUntil = performance.now() + (SECONDS - CALM) * 1000
  const { gateway, redis, disturbances, happened } = rig
  const during = async (what: Disturbance['what'], act: () => Promise<void>): Promise<void> => {
    const disturbance: Disturbance = { what, from: performance.now(), to: Number.POSITIVE_INFINITY }
    disturbances.push(disturbance)
    await act()
    disturbance.to = performance.now()
    count(happened, what)
  }
  let reloads = 0
  const reload = async (): Promise<void> => {
    reloads += 1
    const side = reloads % 2 === 1 ? 'right' : 'left'
    await gateway.write(chaosPolicies(rig.origins, { side, shared: redis !== null }))
    expect(await requestReload(gateway.stateDir, {})).toMatchObject({ kind: 'reloaded', how: 'swapped' })
    count(happened, 'policy swapped')
  }
  const restartRedis = async (): Promise<void> => {
    if (redis === null) return
    await redis.server.kill()
    await pause(500 + dice.below(1500), over)
    redis.server = await startRedis(redis.port)
    count(happened, 'Redis killed and restarted, empty')
  }
  const acts: (() => Promise<void>)[] = [
    () => during('edge killed', gateway.killEdge),
    restartRedis,
    async () => {
      await gateway.killControl()
      count(happened, 'control killed, the edge alone')
      await pause(1000 + dice.below(1000), over)
      await during('control restarted', gateway.startControl)
    },
  ]
  for (let turn = 0; !over.aborted; turn += 1) {
    await pause(800 + dice.below(800), over)
    await reload()
    await pause(500 + dice.below(500), over)
    if (performance.now() < killsUntil) await acts[turn % acts.length]?.()
    else await restartRedis()
  }
}

/** Takes all places of a client: none is missing, and there is not one too many. */
async function fillPlaces({ backends, port, keys }: Rig, client: string): Promise<string[]> {
  const agent = new http.Agent({ keepAlive: true })
  const held = { port, agent, key: keys[client] ?? '', model: HELD, stream: false }
  const all = Array.from({ length: AT_ONCE }, () => ask(held))
  const settled = Promise.all(all)
  await Promise.race([settled, untilWaiting(backends[SPARE])])
  const beyond = await ask(held)
  backends[SPARE].letGo()
  const ends = new Set((await settled).map(({ end, detail }) => `${end} ${detail}`.trim()))
  agent.destroy()
  return [...ends, beyond.detail]
}

async function untilWaiting(backend: FlappingBackend): Promise<void> {
  while (backend.waiting() < AT_ONCE) await sleep(20)
}

interface Sampling {
  over: AbortSignal
  /** Seconds of `performance.now()` from which on garbage is collected before each look; null = never. */
  tidyFrom: number | null
}

async function sampleMemory(gateway: ChaosGateway, { over, tidyFrom }: Sampling): Promise<LifeSample[]> {
  const samples: LifeSample[] = []
  let garbage: Garbage | null = null
  while (!over.aborted) {
    const { edge } = await gateway.pids()
    const at = performance.now() / 1000
    if (tidyFrom !== null && at >= tidyFrom) {
      garbage ??= await openGarbage(edge)
      await garbage.collect()
    }
    const mib = await residentMib(edge).catch(() => Number.NaN)
    if (mib > 0) samples.push({ pid: edge, at, mib })
    await pause(1000, over)
  }
  garbage?.close()
  return samples
}

/** Unix ms at which each lease ends that Redis still holds. */
async function leasesLeft(port: number): Promise<number[]> {
  const redis = new Redis({ port })
  try {
    const ends: number[] = []
    for (const key of await redis.keys('{aicc}:l:*')) {
      const members = await redis.zrange(key, '0', '-1', 'WITHSCORES')
      ends.push(...members.filter((_, i) => i % 2 === 1).map(Number))
    }
    return ends
  } finally {
    redis.disconnect()
  }
}

/** Answers that no record tells of, but those that ended just before their edge was ended. */
function unbooked(
  requests: readonly Request[],
  ids: ReadonlySet<string>,
  ends: readonly Disturbance[],
): string[] {
  const mayBeLost = ({ to }: Attempt): boolean =>
    ends.some((end) => {
      // An edge without a control process is ended some time after the next one has started.
      const last = end.what === 'edge killed' ? end.from : end.to
      return to >= end.from - LINGER_MS && to <= last + FELT_MS
    })
  return requests
    .flatMap(({ attempts }) => attempts)
    .filter((attempt) => attempt.end === 'whole' && !ids.has(attempt.id) && !mayBeLost(attempt))
    .map(({ id, from, to }) => `${id}, ${from.toFixed(0)} to ${to.toFixed(0)} ms, ${nearest(to, ends)}`)
}

/** What was done last before an answer ended, and what next. */
function nearest(at: number, all: readonly Disturbance[]): string {
  const say = (one: Disturbance | undefined): string =>
    one === undefined ? 'nothing' : `${one.what} (${one.from.toFixed(0)} to ${one.to.toFixed(0)})`
  return `after ${say(all.findLast(({ from }) => from <= at))}, before ${say(all.find(({ from }) => from > at))}`
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => {})
}

function count(happened: Happened, what: string): void {
  happened[what] = (happened[what] ?? 0) + 1
}

describe.each([
  { runtime: 'workerd', shared: missing === null },
  { runtime: 'node', shared: false },
] as const)('chaos on $runtime', ({ runtime, shared }) => {
  it(
    'loses nobody who had a healthy target, and counts right',
    async () => {
      const rig = await startRig(runtime, shared)
      const { gateway, backends, redis, happened, port, keys } = rig
      onTestFailed(() =>
        console.log(`seed ${SEED}; at last the gateway wrote:\n${gateway.lines().slice(-4000)}`),
      )
      const dice = createDice(SEED)
      const over = new AbortController()
      const stalls = watchStalls()
      onTestFinished(() => stalls.stop())
      const callers = startCallers({ port, keys, perSecond: PER_SECOND })
      onTestFinished(() => over.abort())
      const calmFrom = performance.now() / 1000 + SECONDS - CALM
      // workerd keeps its garbage low by itself; Node lets it pile up for minutes at this load.
      const tidyFrom = runtime === 'node' && CALM > 0 ? calmFrom + WARM_UP / 2 : null
      const failed = Promise.all([
        sampleMemory(gateway, { over: over.signal, tidyFrom }),
        flap(rig, dice, over.signal),
        disturb(rig, dice, over.signal),
      ])
      await Promise.race([sleep(SECONDS * 1000), failed])
      over.abort()
      const [samples] = await failed
      // Two seconds in which all is well.
      await sleep(2000)
      await callers.stop()

      const verdict = judge(callers.requests, { ...rig, ...stalls })
      const settled = samples.filter(({ at }) => at >= calmFrom + WARM_UP)
      const slope = CALM === 0 ? null : commonSlope(settled, 0)
      const lastDisturbed = Math.max(0, ...rig.disturbances.map(({ to }) => performance.timeOrigin + to))
      await expect
        .poll(() => gateway.edgeStatus(), { timeout: 20_000 })
        .toMatchObject({ inFlight: 0, records: { waiting: 0, dropped: 0 } })
      const { slots } = await gateway.edgeStatus()
      const places: Record<string, string[]> = {}
      if (redis === null) for (const client of CLIENTS) places[client] = await fillPlaces(rig, client)
      const leases = redis === null ? [] : await leasesLeft(redis.port)
      await gateway.stop()
      const books = readBooks(statePaths(gateway.stateDir).usage)
      console.log(
        renderChaos({
          title: `chaos on ${runtime}, ${redis === null ? 'counting in memory' : 'counting in Redis'}, ${SECONDS} s, seed ${SEED}`,
          happened,
          verdict,
          requests: callers.requests,
          books,
          disturbances: rig.disturbances,
          mostAtOnce: backends[NARROW].mostAtOnce(),
          slope,
          samples,
          leases: leases.length,
          unbooked: unbooked(callers.requests, books.ids, []).length,
          stalledMs: stalls.longest(),
        }),
      )

      expect(verdict.lost).toEqual([])
      expect(verdict.rescued).toBeGreaterThan(0)
      expect(Math.max(...samples.map(({ mib }) => mib))).toBeLessThan(MOST_HELD)
      if (slope !== null) expect(slope).toBeLessThan(MOST_GROWTH)
      // Leases: everybody's places are there again, and no more of them.
      expect(slots).toMatchObject({ [NARROW]: { busy: 0, waiting: 0 } })
      for (const client of Object.keys(places)) {
        expect(places[client]).toEqual(['whole', '429 rate_limit_exceeded'])
      }
      expect(leases.filter((endsAt) => endsAt > lastDisturbed + LEASE_TTL_MS)).toEqual([])
      // Books: each answer once, and the budgets are the sum of the records.
      expect(books.integrity).toBe('ok')
      expect(books.used).toEqual({ day: books.cost, month: books.cost })
      expect(books.twice).toEqual([])
      expect(unbooked(callers.requests, books.ids, rig.disturbances)).toEqual([])
    },
    SECONDS * 1000 + 180_000,
  )
})
