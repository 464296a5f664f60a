/** Alerts in words: names of the policy and numbers, nothing else. */
import type { Alert, AlertScope } from '../../table/alert-policy.ts'
import { type AlertEvent, type AlertState, wellFor } from './alert-state.ts'
import type { AlertSample } from './read-samples.ts'

const HEADS: Readonly<Record<AlertEvent, string>> = {
  fires: 'FIRING',
  'still-fires': 'STILL FIRING',
  'is-over': 'OVER',
}

export interface AlertNews {
  name: string
  alert: Alert
  sample: AlertSample
  event: AlertEvent
  /** Unix ms: since when it was beyond its bound, and until when; `until` is now while it still is. */
  since: number
  until: number
}

/** One line. */
export function describeNews({ name, alert, sample, event, since, until }: AlertNews): string {
  const lasted = formatTime(until - since)
  const when =
    event === 'fires'
      ? `since ${new Date(since).toISOString().slice(11, 19)} UTC`
      : `${event === 'is-over' ? 'it lasted' : 'for'} ${lasted}`
  return `${HEADS[event]} \`${name}\`: ${describeSample(alert, sample)}; ${when}`
}

/** What was found last; and when it will be over, where it fires and is well again. */
export function describeStanding(
  alert: Alert,
  { sample, state, now }: { sample: AlertSample; state: AlertState; now: number },
): string {
  const found = describeSample(alert, sample)
  if (state.kind !== 'firing' || state.wellSince === null) return found
  const left = Math.max(0, wellFor(alert, sample.value) - (now - state.wellSince))
  return `${found}; over in ${formatTime(left)} if it stays so`
}

/** What was found, beside the bound. */
export function describeSample(
  { measure, side, bound }: Alert,
  { about, value, requests }: AlertSample,
): string {
  if (measure.kind === 'backend-down') {
    if (value === null) return `nobody knows whether backend \`${about}\` is down`
    return `backend \`${about}\` is ${value === 1 ? 'down' : 'up'}`
  }
  if (measure.kind === 'budget') return describeBudget(about, value, bound)
  if (measure.kind === 'trace-age') {
    if (value === null) return 'nobody knows how long traces have waited'
    return `the oldest trace has waited for ${formatTime(value)} (bound ${formatTime(bound)})`
  }
  const ofWhich = `${requests ?? 0} requests within ${formatTime(measure.overMs)}${describeScope(measure.scope)}`
  if (value === null) return `too little to say of ${ofWhich}`
  return `${inWords(measure.kind, value)} ${ofWhich} (bound ${side} ${inUnit(measure.kind, bound)})`
}

/** @param about `client/day` */
function describeBudget(about: string | null, value: number | null, bound: number): string {
  const [client, per] = about?.split('/') ?? []
  const used = value === null ? 'an unknown part' : formatShare(value)
  return `client \`${client}\` has used ${used} of the budget of its ${per} (bound ${formatShare(bound)})`
}

type RequestKind = 'error-rate' | 'p95' | 'first-token' | 'cache-rate'

function inWords(kind: RequestKind, value: number): string {
  const measured = inUnit(kind, value)
  if (kind === 'error-rate') return `${measured} failed of`
  if (kind === 'cache-rate') return `${measured} of the input came from caches, over`
  return kind === 'p95' ? `p95 is ${measured} over` : `p95 to the first token is ${measured} over`
}

function inUnit(kind: RequestKind, value: number): string {
  return kind === 'error-rate' || kind === 'cache-rate' ? formatShare(value) : formatTime(value)
}

function describeScope({ clients, models, backends, rules }: AlertScope): string {
  const part = (what: string, names: readonly string[] | null): string =>
    names === null ? '' : `, ${what} ${names.map((name) => `\`${name}\``).join(' or ')}`
  return part('client', clients) + part('model', models) + part('backend', backends) + part('rule', rules)
}

function formatShare(value: number): string {
  return `${value < 1 ? Number(value.toPrecision(2)) : Math.round(value * 10) / 10} %`
}

function formatTime(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`
  const minutes = Math.round(ms / 60_000)
  if (minutes < 120) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
