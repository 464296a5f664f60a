import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createProbes, type Probes } from '../../../../src/control/probes/probes.ts'
import type { HealthReport } from '../../../../src/table/health-report.ts'
import type { Backend, RouteTable } from '../../../../src/table/route-table.ts'
import { makeAlert } from '../alerts/make-alert.ts'
import { makeBackend, makeSnapshot, makeTable } from '../../make-snapshot.ts'

const HEALTH: Backend['health'] = { path: null, intervalMs: 15_000, timeoutMs: 2000 }

interface Rig {
  probes: Probes
  /** Lets so much time pass, second by second, and waits for the answers. */
  pass: (seconds: number) => Promise<void>
  setClockBack: (seconds: number) => void
  /** The edge has called backends since it was last looked at. */
  traffic: () => void
  /** What the edge was told, by ticks that told anything. */
  told: Record<string, HealthReport>[]
  log: string[]
  /** Paths and keys that the host was asked. */
  asked: string[]
  host: { status: number; origin: string; body: string }
  table: RouteTable
}

async function start(backend: Partial<Backend> = {}): Promise<Rig> {
  const asked: string[] = []
  const host = { status: 200, origin: '', body: '{}' }
  const server = http.createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? '-'}`)
    response.writeHead(host.status).end(host.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  host.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  let now = 1_000_000
  let attempts = 0
  const told: Rig['told'] = []
  const log: string[] = []
  const table = makeTable({
    backends: {
      gpu: makeBackend({ origin: host.origin, health: HEALTH, ...backend }),
      toy: makeBackend({ kind: 'demo', origin: null }),
      quiet: makeBackend({ health: null }),
    },
  })
  const probes = createProbes({
    snapshot: () => makeSnapshot(table, { backendKeys: { gpu: 'secret' } }),
    edge: () => ({
      tellHealth: (reports) => Promise.resolve(void told.push({ ...reports })),
      traffic: () =>
        Promise.resolve({ attempts, held: [], slots: {}, inFlight: 0, records: { waiting: 0, dropped: 0 } }),
    }),
    log: (level, line) => void log.push(`${level}: ${line}`),
    now: () => now,
    random: () => 0,
  })
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i += 1) {
      now += 1000
      await probes.tick()
    }
  }
  return {
    probes,
    pass,
    setClockBack: (seconds) => void (now -= seconds * 1000),
    traffic: () => void (attempts += 1),
    told,
    log,
    asked,
    host,
    table,
  }
}

const ups = (told: Rig['told']): (boolean | undefined)[] => told.map(({ gpu }) => gpu?.up)

describe('probes', () => {
  it('ask each backend once at the start, and nobody else', async () => {
    const { probes, asked, told } = await start()
    expect(probes.status()).toEqual({})
    await probes.tick()
    expect(asked).toEqual(['/v1/models Bearer secret'])
    expect(Object.keys(probes.status())).toEqual(['gpu'])
    expect(probes.status()).toMatchObject({ gpu: { state: 'up', since: 1_000_000, askedAt: 1_000_000 } })
    expect(told).toEqual([])
  })

  it('tell what is loaded, when that has changed', async () => {
    const { probes, host, told, pass, traffic } = await start({ kind: 'ollama' })
    const loaded = (...names: string[]): string => JSON.stringify({ models: names.map((name) => ({ name })) })
    const next = async (body: string): Promise<void> => {
      host.body = body
      traffic()
      await pass(20)
    }
    await next(loaded('a'))
    await next(loaded('a'))
    await next(loaded('b', 'a'))
    await next(loaded())
    expect(told.map(({ gpu }) => gpu?.loaded)).toEqual([['a'], ['a', 'b'], []])
    const greeted: unknown[] = []
    await probes.greet({ tellHealth: (reports) => Promise.resolve(void greeted.push(reports)) })
    expect(greeted).toMatchObject([{ gpu: { up: true, loaded: [] } }])
  })

  it('do not tell the edge to avoid a backend because it sleeps', async () => {
    const by = { kind: 'url', url: 'http://plug/on', method: 'POST' } as const
    const { probes, host, told, pass } = await start({ wake: { by, startsWithinMs: 90_000 } })
    host.status = 503
    await pass(10)
    expect([probes.status()['gpu']?.state, told]).toEqual(['down', []])
    const greeted: unknown[] = []
    await probes.greet({ tellHealth: (reports) => Promise.resolve(void greeted.push(reports)) })
    expect(greeted).toEqual([])
    host.status = 200
    await pass(60)
    expect(ups(told)).toEqual([true])
  })

  it('ask nothing more while there is no traffic', async () => {
    const { asked, pass } = await start()
    await pass(300)
    expect(asked).toHaveLength(1)
  })

  it('ask whom an alert watches, whether there is traffic or not', async () => {
    const { asked, pass, table } = await start()
    const measure = { kind: 'backend-down' as const, backends: ['gpu'] }
    table.alerts = { receivers: {}, watch: { down: makeAlert({ measure }) } }
    await pass(61)
    // At once, and every 15 s.
    expect(asked).toHaveLength(5)
  })

  it('ask in their interval while there is, and a minute beyond', async () => {
    const { asked, pass, traffic } = await start()
    await pass(1)
    traffic()
    await pass(300)
    // Seen after 15 s, and then for a minute: at 15, 30, 45 and 60.
    expect(asked).toHaveLength(5)
  })

  it('tell the edge of a backend that is down, again and again in growing pauses, and when it is back', async () => {
    const { probes, asked, host, told, pass, log } = await start()
    host.status = 503
    await probes.tick()
    expect([ups(told), probes.status()['gpu']?.state]).toEqual([[false], 'down'])
    expect(told[0]).toMatchObject({ gpu: { origin: host.origin } })
    const times = []
    for (let second = 1; second <= 200; second += 1) {
      const before = asked.length
      await pass(1)
      if (asked.length > before) times.push(second)
    }
    expect(times).toEqual([2, 6, 14, 30, 62, 122, 182])
    expect(told).toHaveLength(8)
    host.status = 200
    await pass(60)
    expect(ups(told).slice(-2)).toEqual([false, true])
    expect(probes.status()).toMatchObject({ gpu: { state: 'up', since: 1_242_000, detail: null } })
    expect(log).toEqual(['warn: backend `gpu` is down: 503 on GET /v1/models', 'info: backend `gpu` is up'])
  })

  it('find a host again though the clock was set back', async () => {
    const { probes, host, told, pass, setClockBack } = await start()
    host.status = 503
    await probes.tick()
    host.status = 200
    setClockBack(7200)
    await pass(1)
    expect(ups(told)).toEqual([false, true])
  })

  it('find a host that nobody answers for', async () => {
    const { probes, told } = await start({ origin: 'http://127.0.0.1:2' })
    await probes.tick()
    expect(ups(told)).toEqual([false])
    expect(probes.status()['gpu']?.detail).toContain('ECONNREFUSED')
  })

  it('find a name that leads nowhere', async () => {
    const { probes, told } = await start({ origin: 'http://nowhere.invalid:80' })
    await probes.tick()
    expect(ups(told)).toEqual([false])
  })

  it('ask a backend anew that is declared anew', async () => {
    const { probes, asked, table, pass } = await start()
    await probes.tick()
    table.backends['gpu'] = makeBackend({
      ...table.backends['gpu'],
      health: { path: '/status', intervalMs: 15_000, timeoutMs: 2000 },
    })
    await pass(1)
    expect(asked).toEqual(['/v1/models Bearer secret', '/status Bearer secret'])
    table.backends['gpu'] = makeBackend({ ...table.backends['gpu'], health: null })
    await pass(1)
    expect(probes.status()).toEqual({})
  })

  it('tell a new edge who is down', async () => {
    const { probes, host } = await start()
    const told: unknown[] = []
    const edge = { tellHealth: (reports: unknown) => Promise.resolve(void told.push(reports)) }
    await probes.tick()
    await probes.greet(edge)
    expect(told).toEqual([])
    host.status = 500
    const other = await start({ origin: 'http://127.0.0.1:2' })
    await other.probes.tick()
    await other.pass(1)
    await other.probes.greet(edge)
    expect(told).toEqual([{ gpu: { up: false, origin: 'http://127.0.0.1:2', askedAgoMs: 1000 } }])
  })
})
