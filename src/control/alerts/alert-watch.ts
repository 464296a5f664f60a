/**
 * Looks every few seconds how what is watched stands, moves each alert on, and tells the log and receivers what changes.
 * Requests know nothing of it.
 */
import type { AlertPolicy, AlertReceiver } from '../../table/alert-policy.ts'
import type { AlertsReport, AlertStatus, AlertTestResult } from '../../table/alert-status.ts'
import { lookup } from '../../table/lookup.ts'
import type { Environment } from '../build-snapshot.ts'
import { readAlerts, writeAlerts } from './alert-file.ts'
import { type AlertEvent, type AlertState, forgetWaits, QUIET, stepAlert } from './alert-state.ts'
import { type Courier, createCourier } from './courier.ts'
import { describeNews, describeStanding } from './describe-alert.ts'
import { postWebhook, type WebhookAnswer } from './post-webhook.ts'
import { type AlertSample, type AlertSources, readSamples } from './read-samples.ts'
import type { Log, LogLevel } from '../../table/log-line.ts'

export interface AlertWatchOptions {
  /** What is in force; null while nothing is. */
  inForce: () => { alerts: AlertPolicy; environment: Environment } | null
  sources: AlertSources
  /** Absolute path of what is kept over a restart. */
  path: string
  log: Log
  /** Unix ms. */
  now?: () => number
  random?: () => number
  /** Ms between two messages to a receiver, and before the first of a while. */
  gapMs?: number
  lingerMs?: number
}

export interface AlertWatch {
  start: () => void
  stop: () => Promise<void>
  /** Looks once. */
  tick: () => Promise<void>
  report: () => AlertsReport
  /** Sends a message to each receiver of an alert, as if it fired; null = there is no such alert. */
  test: (name: string) => Promise<AlertTestResult[] | null>
}

interface Watched {
  name: string
  sample: AlertSample
  state: AlertState
}

const LOOK_EVERY_MS = 5000
/** Nobody has looked for so long: the machine slept, or was very busy. */
const GAP_IN_LOOKING_MS = 60_000

/** Of an alert that has just come into force, or that watches all of what there is nothing of. */
function unlooked(name: string, to: string[]): AlertStatus {
  const text = 'nothing was seen of it yet'
  return { name, about: null, state: 'quiet', since: null, value: null, text, to }
}

const EVENTS: Readonly<Record<AlertEvent, string>> = {
  fires: 'alert-firing',
  'still-fires': 'alert-firing',
  'is-over': 'alert-over',
}
const LEVELS: Readonly<Record<AlertEvent, LogLevel>> = {
  fires: 'warn',
  'still-fires': 'warn',
  'is-over': 'info',
}

export function createAlertWatch(options: AlertWatchOptions): AlertWatch {
  const { inForce, sources, path, log, now = Date.now, random = Math.random, gapMs, lingerMs } = options
  let watched = new Map<string, Watched>()
  const couriers = new Map<string, Courier>()
  /** Of each receiver, when it was looked at last. */
  const urls = new Map<string, string>()
  let isRestored = false
  let lookedAt: number | null = null
  let looking: Promise<void> | null = null
  let writing: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const keep = (): void => {
    writing = writing
      .then(() => writeAlerts(path, { firing: firingOf(watched), waiting: waitingOf(couriers) }))
      .catch((error: unknown) => log('error', `cannot write ${path}: ${String(error)}`))
  }
  const post = async (receiver: string, text: string, signal: AbortSignal): Promise<WebhookAnswer> => {
    const { alerts, environment } = inForce() ?? {}
    const known = alerts?.receivers[receiver]
    if (known === undefined) return { ok: false, why: 'the policy has no such receiver', retryAfterMs: null }
    return postWebhook(urlOf(known, environment), messageOf(known, text), { signal })
  }
  const open = (name: string, waiting: Parameters<typeof createCourier>[0]['waiting']): void => {
    const send = (text: string, signal: AbortSignal): Promise<WebhookAnswer> => post(name, text, signal)
    const times = { ...(gapMs !== undefined && { gapMs }), ...(lingerMs !== undefined && { lingerMs }) }
    couriers.set(name, createCourier({ name, post: send, waiting, onChange: keep, log, random, ...times }))
  }
  /** Brings the receivers up to what is in force; what waited for one that is gone goes. */
  const meet = async ({ receivers }: AlertPolicy, environment: Environment | undefined): Promise<void> => {
    const kept = isRestored ? null : await readAlerts(path, log)
    for (const { name, about, since, toldAt } of kept?.firing ?? []) {
      const state: AlertState = { kind: 'firing', since, toldAt, wellSince: null }
      watched.set(keyOf(name, about), { name, sample: { about, value: null }, state })
    }
    isRestored = true
    for (const [name, courier] of couriers) {
      if (receivers[name] !== undefined) continue
      couriers.delete(name)
      await courier.stop()
    }
    for (const [name, receiver] of Object.entries(receivers)) {
      const url = urlOf(receiver, environment)
      const isMoved = urls.get(name) !== url
      urls.set(name, url)
      if (!couriers.has(name)) open(name, kept?.waiting[name] ?? [])
      else if (isMoved) couriers.get(name)?.poke()
    }
  }
  const look = async (): Promise<void> => {
    const { alerts, environment } = inForce() ?? {}
    if (alerts === undefined && watched.size === 0 && couriers.size === 0) return
    const policy = alerts ?? { receivers: {}, watch: {} }
    await meet(policy, environment)
    const at = now()
    const samples = await readSamples(policy, sources, at)
    const slept = lookedAt !== null && at - lookedAt > GAP_IN_LOOKING_MS
    lookedAt = at
    const before = watched
    watched = new Map()
    let changed = false
    for (const [name, alert] of Object.entries(policy.watch)) {
      for (const sample of withUnknown(name, samples.get(name) ?? [], before)) {
        const key = keyOf(name, sample.about)
        const known = before.get(key)?.state ?? QUIET
        const { state, event } = stepAlert(slept ? forgetWaits(known) : known, {
          alert,
          value: sample.value,
          now: at,
        })
        watched.set(key, { name, sample, state })
        if (event === null) continue
        changed = true
        const since = known.kind === 'quiet' ? at : known.since
        // It was over when it was well again, not when that had lasted.
        const until = event === 'is-over' && known.kind === 'firing' ? (known.wellSince ?? at) : at
        const text = describeNews({ name, alert, sample, event, since, until })
        log(LEVELS[event], JSON.stringify({ event: EVENTS[event], alert: name, message: text }))
        for (const receiver of alert.to) couriers.get(receiver)?.tell({ key, text })
      }
    }
    for (const [key, { name, state }] of before) {
      if (state.kind !== 'firing' || watched.has(key)) continue
      changed = true
      log(
        'info',
        JSON.stringify({
          event: 'alert-over',
          alert: name,
          message: 'the policy does not watch it any more',
        }),
      )
    }
    if (changed) keep()
  }
  const tick = (): Promise<void> =>
    (looking ??= look()
      .catch((error: unknown) =>
        log('error', `alerts: ${error instanceof Error ? error.message : String(error)}`),
      )
      .finally(() => {
        looking = null
      }))
  return {
    start() {
      void tick()
      timer = setInterval(() => void tick(), LOOK_EVERY_MS)
      timer.unref()
    },
    tick,
    async stop() {
      clearInterval(timer)
      await looking
      await Promise.all(Array.from(couriers.values(), (courier) => courier.stop()))
      await writing
    },
    report() {
      const { watch = {} } = inForce()?.alerts ?? {}
      const looked = new Set(Array.from(watched.values(), ({ name }) => name))
      const others = Object.entries(watch).filter(([name]) => !looked.has(name))
      const alerts = [...watched.values()].flatMap(({ name, sample, state }): AlertStatus[] => {
        const alert = watch[name]
        if (alert === undefined) return []
        return [
          {
            name,
            about: sample.about,
            state: state.kind,
            since: state.kind === 'quiet' ? null : isoDate(state.since),
            value: sample.value,
            text: describeStanding(alert, { sample, state, now: now() }),
            to: alert.to,
          },
        ]
      })
      return {
        checkedAt: isoDate(lookedAt),
        alerts: alerts.concat(others.map(([name, { to }]) => unlooked(name, to))),
        receivers: Array.from(couriers, ([name, courier]) => ({
          name,
          waiting: courier.waiting().length,
          problem: courier.problem(),
          toldAt: isoDate(courier.toldAt()),
        })),
      }
    },
    async test(name) {
      const alert = lookup(inForce()?.alerts.watch ?? {}, name)
      if (alert === undefined) return null
      const text = `TEST \`${name}\`: this is what its receivers would hear through; nothing is wrong`
      return Promise.all(
        alert.to.map(async (receiver) => {
          const answer = await post(receiver, text, new AbortController().signal)
          if (answer.ok) couriers.get(receiver)?.poke()
          return { receiver, problem: answer.ok ? null : answer.why }
        }),
      )
    },
  }
}

/** Nobody starts without it; what is not there cannot be reached. */
function urlOf({ webhook }: AlertReceiver, environment: Environment | undefined): string {
  return environment?.[webhook.env] ?? ''
}

function messageOf({ username }: AlertReceiver, text: string): { text: string; username?: string } {
  return username === null ? { text } : { text, username }
}

/** What fires and was not found now is not forgotten: nothing can be said of it. */
function withUnknown(
  name: string,
  samples: readonly AlertSample[],
  before: ReadonlyMap<string, Watched>,
): AlertSample[] {
  const found = new Set(samples.map(({ about }) => about))
  const missing = Array.from(before.values()).filter(
    (one) => one.name === name && one.state.kind === 'firing' && !found.has(one.sample.about),
  )
  return [...samples, ...missing.map(({ sample: { about } }) => ({ about, value: null }))]
}

function keyOf(name: string, about: string | null): string {
  return about === null ? name : `${name} ${about}`
}

function firingOf(
  watched: ReadonlyMap<string, Watched>,
): { name: string; about: string | null; since: number; toldAt: number }[] {
  return Array.from(watched.values()).flatMap(({ name, sample: { about }, state }) =>
    state.kind === 'firing' ? [{ name, about, since: state.since, toldAt: state.toldAt }] : [],
  )
}

function waitingOf(couriers: ReadonlyMap<string, Courier>): Record<string, ReturnType<Courier['waiting']>> {
  return Object.fromEntries(Array.from(couriers, ([name, courier]) => [name, courier.waiting()]))
}

function isoDate(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
