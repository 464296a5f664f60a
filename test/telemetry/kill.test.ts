/** `kill -9` of edge and control process under load: every trace arrives whose request was answered a moment before. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { createStandIn } from './langfuse-stand-in.ts'
import { KEYS, startTracedGateway } from './traced-gateway.ts'

const ROUNDS = Number(process.env['AICC_TELEMETRY_KILLS'] ?? 4)
const CALLERS = 6
const PAUSE_MS = 1000
/** A kill takes what an edge holds: a linger and what is being written. The machine may be busy: far above both. */
const SAFE_MS = 500
const DELIVERED_WITHIN_MS = 90_000

it(
  'brings every trace although edge and control process are killed',
  async () => {
    const sink = await createStandIn('4.16.0', KEYS)
    onTestFinished(() => sink.down())
    const traced = await startTracedGateway('workerd', sink.url)
    onTestFinished(() => traced.close())
    await sink.up()
    const answered = new Map<string, number>()
    const kills: number[] = []
    const over = new AbortController()
    let next = 0
    const caller = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const id = await traced.ask(next++)
        if (id !== null) answered.set(id, Date.now())
        await sleep(5)
      }
    }
    const callers = Array.from({ length: CALLERS }, caller)
    for (let round = 0; round < ROUNDS; round += 1) {
      await sleep(PAUSE_MS + 300 * Math.random())
      if (round % 2 === 0) {
        kills.push(Date.now())
        await traced.gateway.killEdge()
      } else {
        await traced.gateway.killControl()
        await sleep(200)
        await traced.gateway.startControl()
      }
    }
    await sleep(PAUSE_MS)
    over.abort()
    await Promise.all(callers)
    const waiting = async (): Promise<number> => (await traced.status()).waiting
    await sleep(SAFE_MS)
    await expect.poll(waiting, { timeout: DELIVERED_WITHIN_MS, interval: 200 }).toBe(0)

    const kept = new Map(traced.records().map((record) => [record.correlation_id, record]))
    const fromKill = (at: number): number => Math.min(...kills.map((kill) => Math.abs(at - kill)))
    const lost = [...answered].filter(([id]) => !kept.has(id)).map(([, at]) => fromKill(at))
    expect(answered.size - kept.size).toBeLessThan(answered.size / 2)
    expect(lost.filter((ms) => ms >= SAFE_MS)).toEqual([])
    const arrived = new Set(sink.observations.map(({ traceId }) => traceId))
    const wanted = [...kept.values()]
      .filter(({ traced: is }) => is === 1)
      .map(({ id }) => id.replaceAll('-', ''))
    expect(wanted.length).toBeGreaterThan(50)
    expect(wanted.filter((id) => !arrived.has(id))).toEqual([])
    expect(sink.problems).toEqual([])
    const twice = sink.observations.length - new Set(sink.observations.map(({ id }) => id)).size
    console.log(
      `${answered.size} answered, ${lost.length} lost by ${kills.length} kills of the edge, at most ` +
        `${Math.max(0, ...lost)} ms before; ${arrived.size} traces, ${twice} observations twice`,
    )
  },
  120_000 + ROUNDS * 30_000,
)
