/**
 * `kill -9` of edge and control process at random, under load: every trace arrives whose answer ended more than 100 ms
 * before its edge was killed. `AICC_TELEMETRY_KILLS` is how many rounds, both runtimes together.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { createStandIn } from './langfuse-stand-in.ts'
import { timeAtWork } from './time-at-work.ts'
import { KEYS, startTracedGateway, type TracedGateway } from './traced-gateway.ts'

const ROUNDS = Number(process.env['AICC_TELEMETRY_KILLS'] ?? 10)
const CALLERS = 6
/** Between two kills, at least and at most. */
const PAUSE_MS = [400, 1600] as const
/** What an edge holds back, and the way to the control process: of its own time, not of a busy machine's. */
const SAFE_MS = 100
const DELIVERED_WITHIN_MS = 90_000

/** An edge that is dead, and until when nobody else can have answered; ms of performance.now(). */
interface Kill {
  at: number
  until: number
}

async function killEdge({ gateway }: TracedGateway): Promise<Kill> {
  const { edge } = await gateway.pids()
  process.kill(edge, 'SIGKILL')
  const at = performance.now()
  const isAnother = async (): Promise<boolean> => ![0, edge].includes((await gateway.pids()).edge)
  await expect.poll(isAnother, { timeout: 60_000 }).toBe(true)
  return { at, until: performance.now() }
}

async function killControl({ gateway }: TracedGateway): Promise<void> {
  await gateway.killControl()
  await sleep(200 * Math.random())
  await gateway.startControl()
}

/** How long the edge worked on after each of these ends, until it was killed; it may keep that to itself. */
function workedOn(ends: readonly number[], beats: readonly number[], kills: readonly Kill[]): number[] {
  return ends.map((end) => {
    const kill = kills.find(({ until }) => end <= until)
    if (kill === undefined) return Number.POSITIVE_INFINITY
    return end >= kill.at ? 0 : timeAtWork(beats, end, kill.at)
  })
}

it.each(['workerd', 'node'] as const)(
  'brings every trace although edge and control process are killed, on %s',
  async (runtime) => {
    const sink = await createStandIn('4.16.0', KEYS)
    onTestFinished(() => sink.down())
    const traced = await startTracedGateway(runtime, sink.url)
    onTestFinished(() => traced.close())
    await sink.up()
    const answered = new Map<string, number>()
    const kills: Kill[] = []
    const over = new AbortController()
    let next = 0
    const caller = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const id = await traced.ask(next++)
        if (id !== null) answered.set(id, performance.now())
        await sleep(5)
      }
    }
    const callers = Array.from({ length: CALLERS }, caller)
    const rounds = Math.ceil(ROUNDS / 2)
    for (let round = 0; round < rounds; round += 1) {
      await sleep(PAUSE_MS[0] + (PAUSE_MS[1] - PAUSE_MS[0]) * Math.random())
      // One of each at least.
      if (round === 0 || (round > 1 && Math.random() < 0.5)) kills.push(await killEdge(traced))
      else await killControl(traced)
    }
    await sleep(PAUSE_MS[0])
    over.abort()
    await Promise.all(callers)

    const beats = [...answered.values()].toSorted((a, b) => a - b)
    const kept = (): Set<string> => new Set(traced.records().map(({ correlation_id: id }) => id))
    const lost = (): number[] => {
      const ids = kept()
      const ends = [...answered].filter(([id]) => !ids.has(id)).map(([, end]) => end)
      return workedOn(ends, beats, kills)
    }
    const tooEarly = (): number[] => lost().filter((ms) => ms > SAFE_MS)
    await expect.poll(tooEarly, { timeout: 20_000, interval: 200 }).toEqual([])
    const waiting = async (): Promise<number> => (await traced.status()).waiting
    await expect.poll(waiting, { timeout: DELIVERED_WITHIN_MS, interval: 200 }).toBe(0)

    const wanted = traced
      .records()
      .filter(({ traced: is }) => is === 1)
      .map(({ id }) => id.replaceAll('-', ''))
    const arrived = new Set(sink.observations.map(({ traceId }) => traceId))
    expect(wanted.length).toBeGreaterThan(0)
    expect(wanted.filter((id) => !arrived.has(id))).toEqual([])
    expect(sink.problems).toEqual([])
    const twice = sink.observations.length - new Set(sink.observations.map(({ id }) => id)).size
    const worst = Math.max(0, ...lost()).toFixed(0)
    console.log(
      `${runtime}, ${rounds} kills, ${kills.length} of the edge: ${answered.size} answered, ${lost().length} lost, ` +
        `the first of them ${worst} ms before; ${arrived.size} traces, ${twice} observations twice`,
    )
  },
  120_000 + ROUNDS * 30_000,
)
