/**
 * Asks backends whether they are well, and tells the edge. All of them once at the start; then those that are up only
 * while there is traffic or an alert watches them, those that are down until they are back, in growing pauses.
 */
import { type HealthReport, LONGEST_PROBE_PAUSE_MS } from '../../table/health-report.ts'
import type { Backend, RouteTable } from '../../table/route-table.ts'
import type { Snapshot } from '../../table/snapshot.ts'
import { createBackendClient } from '../doctor/backend-client.ts'
import type { EdgeProcess } from '../edge-process.ts'
import { askHealth, type Finding } from './ask-health.ts'
import type { Log } from '../../table/log-line.ts'

/** How often it looks what is due. */
const TICK_MS = 1000
/** Without traffic for so long, nobody wants to know. */
const IDLE_MS = 60_000
/** The first pause before a backend that is down is asked again. */
const FIRST_PAUSE_MS = 2000
/** Questions are spread by so much, or all would be put at once for ever. */
const JITTER = 0.2

/** What is known of a backend by asking it. Times are Unix ms. */
export interface ProbeStatus {
  state: 'unknown' | 'up' | 'down'
  /** Since when it is in that state. */
  since: number
  askedAt: number | null
  /** Of the last question. */
  latencyMs: number | null
  /** Why it is down, or what is wrong although it is up. */
  detail: string | null
}

export interface ProbesOptions {
  /** What is in force; null while nothing is. */
  snapshot: () => Snapshot | null
  /** The edge that serves; null while there is none. */
  edge: () => Pick<EdgeProcess, 'tellHealth' | 'traffic'> | null
  log: Log
  /** Unix ms. */
  now?: () => number
  /** 0 to before 1. */
  random?: () => number
}

export interface Probes {
  start: () => void
  stop: () => void
  /** Asks what is due, and waits for the answers. */
  tick: () => Promise<void>
  /** Tells an edge that has just started who is down. */
  greet: (edge: Pick<EdgeProcess, 'tellHealth'>) => Promise<void>
  /** By backend; those that are not asked are left out. */
  status: () => Record<string, ProbeStatus>
}

interface Watched extends ProbeStatus {
  name: string
  backend: Backend & { origin: string }
  key: string | null
  /** A backend that is declared anew is another one. */
  identity: string
  dueAt: number
  /** Questions in a row that found it down. */
  failures: number
  path: string | null
  /** Ids of the models that are loaded; null where it does not tell. */
  loaded: readonly string[] | null
}

export function createProbes(options: ProbesOptions): Probes {
  const { snapshot, edge, log, now = Date.now, random = Math.random } = options
  const watched = new Map<string, Watched>()
  let timer: NodeJS.Timeout | undefined
  let attempts = 0
  let trafficAt = Number.NEGATIVE_INFINITY
  let lastTickAt = Number.NEGATIVE_INFINITY

  /** Brings the list up to what is in force. */
  const update = ({ table, backendKeys }: Snapshot): void => {
    for (const name of watched.keys()) if (!table.backends[name]?.health) watched.delete(name)
    for (const [name, { origin, ...backend }] of Object.entries(table.backends)) {
      if (origin === null || backend.health === null) continue
      const key = backendKeys[name] ?? null
      const identity = JSON.stringify([origin, backend, key])
      if (watched.get(name)?.identity === identity) continue
      const times = { since: now(), dueAt: now() }
      watched.set(name, { ...UNKNOWN, ...times, name, backend: { ...backend, origin }, key, identity })
    }
  }

  const isBusy = async (): Promise<boolean> => {
    const seen = await edge()
      ?.traffic()
      .catch(() => null)
    if (seen && seen.attempts !== attempts) {
      attempts = seen.attempts
      // Another edge counts from 0 again.
      if (attempts > 0) trafficAt = now()
    }
    return now() - trafficAt < IDLE_MS
  }

  const note = (one: Watched, { up, detail, path, ...found }: Finding, askedAt: number): void => {
    const state = up ? 'up' : 'down'
    if (state !== one.state) {
      // That all is well at the start is no news.
      if (one.state !== 'unknown' || !up)
        log(up ? 'info' : 'warn', `backend \`${one.name}\` is ${state}${detail ? `: ${detail}` : ''}`)
      one.since = now()
    }
    const latencyMs = now() - askedAt
    const failures = up ? 0 : one.failures + 1
    const loaded = found.loaded ?? null
    Object.assign(one, { state, detail, path, loaded, askedAt, latencyMs, failures })
  }

  const ask = async (one: Watched): Promise<void> => {
    const before = one.state
    const loadedBefore = String(one.loaded)
    const askedAt = now()
    const { health } = one.backend
    const client = createBackendClient(one.backend, one.key, health?.timeoutMs)
    const finding = await askHealth(one.backend, client, one.path)
    void client.close()
    if (watched.get(one.name) !== one) return
    note(one, finding, askedAt)
    one.dueAt = now() + pauseAfter(one) * (1 - JITTER * random())
    // That it is up is news once; that it is down is told again, or the edge would stop to believe it.
    const isNews = !finding.up || before === 'down' || String(one.loaded) !== loadedBefore
    if (isNews) await tell(edge(), [one])
  }

  const tell = async (
    to: Pick<EdgeProcess, 'tellHealth'> | null,
    found: readonly Watched[],
  ): Promise<void> => {
    // One that can be woken is not avoided because it sleeps: its requests have it woken. Those that fail say more.
    const worthTelling = found.filter(({ state, backend }) => state !== 'down' || backend.wake === null)
    if (worthTelling.length === 0) return
    const reports = Object.fromEntries(worthTelling.map((one) => [one.name, reportOf(one, now())]))
    try {
      await to?.tellHealth(reports)
    } catch (error) {
      log('warn', `the edge did not hear what probes found: ${(error as Error).message}`)
    }
  }

  /** The clock was set back: nobody was to be asked until it is that late again. */
  const askAllAgain = (): void => {
    for (const one of watched.values()) if (Number.isFinite(one.dueAt)) one.dueAt = now()
  }

  const tick = async (): Promise<void> => {
    const current = snapshot()
    if (current === null) return
    update(current)
    if (now() < lastTickAt) askAllAgain()
    lastTickAt = now()
    const due = [...watched.values()].filter(({ dueAt }) => dueAt <= now())
    // Nobody else shall ask meanwhile.
    for (const one of due) one.dueAt = Number.POSITIVE_INFINITY
    const onWatch = watchedByAlerts(current.table)
    const mayRest = due.filter(({ name, state }) => state === 'up' && !onWatch.has(name))
    const resting = mayRest.length > 0 && !(await isBusy()) ? mayRest : []
    for (const one of resting) one.dueAt = now() + pauseAfter(one)
    await Promise.all(due.filter((one) => !resting.includes(one)).map(ask))
  }

  return {
    start() {
      void tick()
      timer = setInterval(() => void tick(), TICK_MS)
      timer.unref()
    },
    stop: () => clearInterval(timer),
    tick,
    async greet(to) {
      const known = [...watched.values()].filter(({ state, loaded }) => state === 'down' || loaded !== null)
      if (known.length > 0) await tell(to, known)
    },
    status: () =>
      Object.fromEntries(
        Array.from(watched, ([name, { state, since, askedAt, latencyMs, detail }]) => [
          name,
          { state, since, askedAt, latencyMs, detail },
        ]),
      ),
  }
}

const UNKNOWN: Pick<Watched, 'state' | 'askedAt' | 'latencyMs' | 'detail' | 'failures' | 'path' | 'loaded'> =
  {
    state: 'unknown',
    askedAt: null,
    latencyMs: null,
    detail: null,
    failures: 0,
    path: null,
    loaded: null,
  }

/** Who waits for an alert does not wait for traffic. */
function watchedByAlerts({ alerts }: RouteTable): Set<string> {
  const measures = Object.values(alerts?.watch ?? {}).map(({ measure }) => measure)
  return new Set(measures.flatMap((measure) => (measure.kind === 'backend-down' ? measure.backends : [])))
}

/** Ms until it is asked again. */
function pauseAfter({ backend, failures }: Watched): number {
  if (failures === 0) return backend.health?.intervalMs ?? LONGEST_PROBE_PAUSE_MS
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10), LONGEST_PROBE_PAUSE_MS)
}

function reportOf({ state, askedAt, backend, loaded }: Watched, now: number): HealthReport {
  const askedAgoMs = askedAt === null ? 0 : now - askedAt
  return { up: state !== 'down', origin: backend.origin, askedAgoMs, ...(loaded !== null && { loaded }) }
}
