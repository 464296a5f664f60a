/** One request on its way: all that the forward stage shares between its attempts. */
import type { ModelRequest } from '../../protocols/model-request.ts'
import type { SurfaceRoute } from '../../protocols/surfaces.ts'
import type { Ports } from '../../ports.ts'
import type { ActiveSnapshot } from '../../table/active-snapshot.ts'
import type { BodyChanges } from '../route/body-changes.ts'
import type { Tally } from '../meter/tally.ts'
import type { Watch } from '../watch.ts'
import type { Lease } from './balance.ts'
import type { Health } from './health.ts'
import type { Pace } from './pace.ts'
import type { FallbackStep } from '../../table/decision.ts'
import type { FailedAttempt, SkippedTarget } from '../../table/request-record.ts'
import type { ServedModel, Target } from '../../table/route-table.ts'
import type { Stopwatch } from '../stopwatch.ts'
import type { RetryBudget } from './retry-budget.ts'
import type { Slots } from './slots.ts'
import type { Translations } from './translations.ts'

/** What has become of a request so far. */
export interface Journey {
  /** At backends, the one that is running included. */
  attempts: number
  /** Whom the last attempt asked; null before the first. */
  target: Target | null
  /** It was sent once more because an old connection had died: that is done once. */
  resent: boolean
  /** Nobody is asked at the moment: it waits for a place in line, for a host to wake, or before it asks again. */
  resting: boolean
  /** How long it has waited in line. */
  queuedMs: number
  /** Backends that it has had woken. */
  woken: string[]
  /** What the last attempt's translation left out, by the client's names. */
  lost: readonly string[]
  /** What the backend that answers says that it cost, in nano-USD; null = it does not say. */
  toldCost: number | null
  /** Attempts that failed, and places that were passed over; null = none. */
  failures: FailedAttempt[] | null
  /** Targets that turned out on the way not to be asked in their turn; null = none. */
  skipped: SkippedTarget[] | null
  /** The backend that is asked makes its part of the request's trace. */
  joined: boolean
  /** Unix ms at which the attempt that runs began. */
  askedAt: number
}

export interface Exchange {
  ports: Ports
  snapshot: ActiveSnapshot
  route: SurfaceRoute
  request: ModelRequest
  /** Key of the table's `models`, and the model itself. */
  modelName: string
  model: ServedModel
  /** In the order in which it is tried. */
  pool: readonly Target[]
  fallback: readonly FallbackStep[]
  retryBudget: RetryBudget
  /** No byte of this request may leave for a zone below this rank. */
  minZone: number
  /** It carries a label: backends are told to keep nothing of it. */
  labelled: boolean
  /** Null where the body leaves as it came, but for the model's id. */
  changes: BodyChanges | null
  /** What the body becomes on other wires; null = nobody has asked yet. */
  translations: Translations | null
  /** A field of the client's request head; null = it was not sent. Names in lower case. */
  header: (name: string) => string | null
  /** Hold on the target that works for it; whoever ends the answer releases it, by stopping the watch. */
  lease: Lease
  health: Health
  /** How fast targets answer; told only where the model's `balance` asks. */
  pace: Pace
  /** Places at backends that work on a few requests only. */
  slots: Slots
  /** Whether it waits where none is free. */
  waitsInLine: boolean
  /** What is used is written down there. */
  bill: Tally
  clientName: string
  correlationId: string
  journey: Journey
  /** Runs while the gateway itself is at work. */
  stopwatch: Stopwatch
  /** Headers of every answer to this request, errors too. */
  answerHeaders: Record<string, string>
  /** Aborted when the request is over before its answer: its client went away (ClientGone), or its time is up. */
  client: AbortController
  /** Guards the deadlines of this request, and lets go of its client; whoever ends the answer stops it. */
  watch: Watch
}

export function startJourney(): Journey {
  return {
    attempts: 0,
    target: null,
    resent: false,
    resting: false,
    queuedMs: 0,
    woken: [],
    lost: [],
    toldCost: null,
    failures: null,
    skipped: null,
    joined: false,
    askedAt: 0,
  }
}
