/**
 * Modes that hosts tell: each host is asked at an interval, and what it says comes into force; whoever switches such a
 * mode switches it at its host. A host that does not answer leaves its mode as the policy's `unknown` says.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ModeHost } from '../../table/mode-host.ts'
import type { RouteTable } from '../../table/route-table.ts'
import type { Environment } from '../build-snapshot.ts'
import type { ReloadResult } from '../gateway.ts'
import { isModeUsed } from './is-mode-used.ts'
import { createModeHostClient, type ModeFinding, type ModeHostClient } from './mode-host-client.ts'
import type { Log } from '../../table/log-line.ts'

/** How often it looks who is due. */
const TICK_MS = 250
/** A single lost answer is no news: the question is put once more. */
const ASK_AGAIN_MS = 1000
const UNKNOWN_AFTER = 2
/** So long, and in such steps, a host may take to do what it was told. */
const OBEYS_WITHIN_MS = 5000
const LOOK_AGAIN_MS = 250

/** How it stands with the host. Times are Unix ms. */
export interface ModeReport {
  /** False where nothing depends on the mode. */
  isAsked: boolean
  askedAt: number | null
  /** When it first left a question open since it last told; null = it tells. */
  unknownSince: number | null
  /** Why it does not tell; null = it does. */
  detail: string | null
}

export interface ModeWatchOptions {
  /** Null while no policy is. */
  inForce: () => { table: RouteTable; environment: Environment } | null
  isOn: (name: string) => boolean
  /** Brings it into force on the edge, and keeps it for the next start. */
  bring: (name: string, on: boolean) => Promise<ReloadResult>
  /** Has backends unload what they have loaded; tells the log what came of it. */
  free?: (backends: readonly string[]) => Promise<void>
  log: Log
  /** Unix ms. */
  now?: () => number
  wait?: (ms: number) => Promise<unknown>
}

export interface ModeWatch {
  start: () => void
  stop: () => void
  /** Asks whoever is due, and waits for the answers. */
  tick: () => Promise<void>
  /** At its host where one tells, else here. */
  switch: (name: string, on: boolean) => Promise<ReloadResult>
  /** By mode; those that people switch are left out. */
  reports: () => Record<string, ModeReport>
}

interface Watched {
  name: string
  host: ModeHost
  client: ModeHostClient
  /** A mode that is declared anew is another one. */
  identity: string
  report: ModeReport
  dueAt: number
  failures: number
  /** Whoever began before the last switch knows nothing of it. */
  generation: number
}

export function createModeWatch(options: ModeWatchOptions): ModeWatch {
  const { inForce, isOn, free, log, now = Date.now, wait = sleep } = options
  const watched = new Map<string, Watched>()
  let timer: NodeJS.Timeout | undefined
  let lastTickAt = Number.NEGATIVE_INFINITY

  const update = (): void => {
    const current = inForce()
    if (current === null) return
    const { table, environment } = current
    for (const name of watched.keys()) if (!table.modes[name]?.host) watched.delete(name)
    for (const [name, { host }] of Object.entries(table.modes)) {
      if (host === null) continue
      const isAsked = isModeUsed(name, table)
      const key = host.key === null ? null : (environment[host.key.env] ?? null)
      const identity = JSON.stringify([host, key, isAsked])
      if (watched.get(name)?.identity === identity) continue
      const report: ModeReport = { isAsked, askedAt: null, unknownSince: null, detail: null }
      const client = createModeHostClient(host, key)
      const dueAt = isAsked ? now() : Number.POSITIVE_INFINITY
      watched.set(name, { name, host, client, identity, report, dueAt, failures: 0, generation: 0 })
    }
  }

  const bring: ModeWatchOptions['bring'] = async (name, on) => {
    const wasOn = isOn(name)
    const result = await options.bring(name, on)
    const frees = inForce()?.table.modes[name]?.frees ?? []
    // What is under way there ends by itself; whoever switched need not wait for it.
    if (result.kind === 'reloaded' && on && !wasOn && frees.length > 0) void free?.(frees)
    return result
  }

  /** Brings into force what the host says, and frees the host of work when the mode goes on. */
  const settle = async ({ name, host, client }: Watched, on: boolean): Promise<ReloadResult | null> => {
    if (isOn(name) === on) return null
    const result = await bring(name, on)
    if (result.kind === 'failed') return result
    if (on && host.stopAll !== null) {
      const why = await client.stopAll()
      if (why !== null) log('warn', `mode \`${name}\`: its host did not take \`stopAll\`: ${why}`)
    }
    return result
  }

  const note = (one: Watched, finding: ModeFinding): void => {
    const { report, name } = one
    report.askedAt = now()
    if ('on' in finding) {
      if (one.failures >= UNKNOWN_AFTER) log('info', `mode \`${name}\`: its host tells again`)
      Object.assign(report, { unknownSince: null, detail: null })
      one.failures = 0
      return
    }
    one.failures += 1
    report.unknownSince ??= now()
    report.detail = finding.error
    if (one.failures === UNKNOWN_AFTER) {
      const holds =
        one.host.unknown === 'keep' ? `stays ${isOn(name) ? 'on' : 'off'}` : `is ${one.host.unknown}`
      log(
        'warn',
        `mode \`${name}\`: its host does not tell whether it is on (${finding.error}); it ${holds} meanwhile`,
      )
    }
  }

  const ask = async (one: Watched): Promise<void> => {
    const { generation, host, name, client } = one
    const finding = await client.ask()
    if (watched.get(name) !== one || generation !== one.generation) return
    note(one, finding)
    one.dueAt = now() + (one.failures > 0 && one.failures < UNKNOWN_AFTER ? ASK_AGAIN_MS : host.intervalMs)
    if ('on' in finding) logChange(one, await settle(one, finding.on), 'its host says so')
    else if (host.unknown !== 'keep' && one.failures >= UNKNOWN_AFTER) {
      logChange(one, await settle(one, host.unknown === 'on'), 'its host does not tell')
    }
  }

  const logChange = ({ name }: Watched, result: ReloadResult | null, why: string): void => {
    if (result?.kind === 'reloaded') log('info', `mode \`${name}\` is ${isOn(name) ? 'on' : 'off'}: ${why}`)
    if (result?.kind === 'failed') log('error', `mode \`${name}\` did not change: ${result.rendered}`)
  }

  /** @returns why the host is not as wanted; null = it is */
  const switchHost = async ({ name, host, client }: Watched, on: boolean): Promise<string | null> => {
    const before = await client.ask()
    if ('error' in before) return `the host of mode \`${name}\` does not tell how it stands: ${before.error}`
    if (before.on === on) return null
    if (host.toggle === null)
      return `mode \`${name}\` is switched at its host: the policy names no \`toggle\``
    const why = await client.toggle(on)
    if (why !== null) return `the host of mode \`${name}\` did not take the switch: ${why}`
    const deadline = now() + OBEYS_WITHIN_MS
    for (;;) {
      const after = await client.ask()
      if ('on' in after && after.on === on) return null
      if (now() >= deadline) return `the host of mode \`${name}\` took the switch and did not change`
      await wait(LOOK_AGAIN_MS)
    }
  }

  /** The clock was set back: nobody was to be asked until it is that late again. */
  const askAllAgain = (): void => {
    for (const one of watched.values()) if (Number.isFinite(one.dueAt)) one.dueAt = now()
  }

  const tick = async (): Promise<void> => {
    update()
    if (now() < lastTickAt) askAllAgain()
    lastTickAt = now()
    const due = [...watched.values()].filter(({ dueAt }) => dueAt <= now())
    // Nobody else shall ask meanwhile.
    for (const one of due) one.dueAt = Number.POSITIVE_INFINITY
    await Promise.all(due.map(ask))
  }

  return {
    start() {
      void tick()
      timer = setInterval(() => void tick(), TICK_MS)
      timer.unref()
    },
    stop: () => clearInterval(timer),
    tick,
    async switch(name, on) {
      update()
      const one = watched.get(name)
      if (one === undefined) return bring(name, on)
      one.generation += 1
      one.dueAt = Number.POSITIVE_INFINITY
      try {
        const why = await switchHost(one, on)
        if (why !== null) return refused(why)
        note(one, { on })
        const digest = inForce()?.table.digest ?? ''
        return (await settle(one, on)) ?? { kind: 'reloaded', digest, how: 'unchanged' }
      } finally {
        one.dueAt = one.report.isAsked ? now() + one.host.intervalMs : Number.POSITIVE_INFINITY
      }
    },
    reports: () => Object.fromEntries(Array.from(watched, ([name, { report }]) => [name, { ...report }])),
  }
}

function refused(message: string): ReloadResult {
  const diagnostics = [{ code: 'serve/mode', severity: 'error', message }]
  return { kind: 'failed', fault: 'machine', diagnostics, rendered: message }
}
