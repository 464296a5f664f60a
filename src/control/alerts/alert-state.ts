/** One alert's way from quiet to firing and back: pure, so that each turn of it can be told in a table. */
import type { Alert } from '../../table/alert-policy.ts'

/** Times are Unix ms. */
export type AlertState =
  | { kind: 'quiet' }
  | { kind: 'pending'; since: number }
  | {
      kind: 'firing'
      /** Since when it is beyond its bound. */
      since: number
      /** When receivers heard of it last. */
      toldAt: number
      /** Since when it is well again, and not yet for long enough; null = it is not. */
      wellSince: number | null
    }

export type AlertEvent = 'fires' | 'still-fires' | 'is-over'

export interface AlertStep {
  state: AlertState
  /** Null = nothing that anybody must hear of. */
  event: AlertEvent | null
}

export const QUIET: AlertState = { kind: 'quiet' }

/** What nobody can say for so long is over: traffic has ended, or a source of its own has. */
const UNKNOWN_MS = 60_000

/**
 * @param value null = nothing can be said at the moment, which never makes an alert fire
 * @param now Unix ms
 */
export function stepAlert(
  before: AlertState,
  { alert, value, now }: { alert: Alert; value: number | null; now: number },
): AlertStep {
  const state = notBeyond(before, now)
  if (state.kind === 'firing') return stepFiring(state, { alert, value, now })
  if (value === null || !isBeyond(alert, value)) return { state: QUIET, event: null }
  const since = state.kind === 'pending' ? state.since : now
  if (now - since < alert.forMs) return { state: { kind: 'pending', since }, event: null }
  return { state: { kind: 'firing', since, toldAt: now, wellSince: null }, event: 'fires' }
}

/** A clock that was set back has left times in the future: what waits for a time to pass must not wait for those, too. */
function notBeyond(state: AlertState, now: number): AlertState {
  const past = (at: number): number => Math.min(at, now)
  if (state.kind === 'quiet') return state
  if (state.kind === 'pending') return { kind: 'pending', since: past(state.since) }
  const { since, toldAt, wellSince } = state
  return {
    kind: 'firing',
    since: past(since),
    toldAt: past(toldAt),
    wellSince: wellSince === null ? null : past(wellSince),
  }
}

/** After a time in which nobody looked, what waits for a time to pass begins anew. */
export function forgetWaits(state: AlertState): AlertState {
  if (state.kind === 'pending') return QUIET
  return state.kind === 'firing' ? { ...state, wellSince: null } : state
}

function stepFiring(
  state: Extract<AlertState, { kind: 'firing' }>,
  { alert, value, now }: { alert: Alert; value: number | null; now: number },
): AlertStep {
  if (value === null || isWell(alert, value)) {
    const wellSince = state.wellSince ?? now
    if (now - wellSince >= wellFor(alert, value)) return { state: QUIET, event: 'is-over' }
    return repeat({ ...state, wellSince }, alert, now)
  }
  return repeat({ ...state, wellSince: null }, alert, now)
}

/** How long it must be well, or unknown, before it is over, in ms. */
export function wellFor({ clearsAfterMs }: Alert, value: number | null): number {
  return value === null ? Math.max(clearsAfterMs, UNKNOWN_MS) : clearsAfterMs
}

/** What is about to be over is not told again. */
function repeat(state: Extract<AlertState, { kind: 'firing' }>, { repeatMs }: Alert, now: number): AlertStep {
  if (repeatMs === null || state.wellSince !== null || now - state.toldAt < repeatMs) {
    return { state, event: null }
  }
  return { state: { ...state, toldAt: now }, event: 'still-fires' }
}

function isBeyond({ side, bound }: Alert, value: number): boolean {
  return side === 'above' ? value > bound : value < bound
}

function isWell({ side, clearsAt }: Alert, value: number): boolean {
  return side === 'above' ? value <= clearsAt : value >= clearsAt
}
