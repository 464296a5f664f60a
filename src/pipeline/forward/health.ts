/**
 * Who is held to be down: by breakers, fed with how attempts ended, and by what the control process says of its probes.
 * Kept in module memory, so it survives a reload; a backend whose address changed starts anew.
 *
 * Requests win over probes: an answer says more than a health page does. A probe that says `up` closes no breaker, and
 * one that says `down` is overruled by a request that succeeds after it.
 */
import { type HealthReport, DOWN_HOLDS_MS } from '../../table/health-report.ts'
import { lookup } from '../../table/lookup.ts'
import type { FailureCause, RouteTable, Target } from '../../table/route-table.ts'
import { type Breaker, createBreaker, type Outcome } from './breaker.ts'
import { createSteadyClock } from './steady-clock.ts'

const NONE: readonly string[] = []

/** How an attempt ended: with content, by a failure, by a fault of the request's, or null = neither (the client left). */
export type AttemptEnd = 'answered' | 'request' | FailureCause | null

export interface Health {
  /** An attempt is about to be made. What is returned is called once, when it has ended. */
  begin: (table: RouteTable, target: Target) => (end: AttemptEnd) => void
  /** An answer broke off behind its first content: it had counted as answered. */
  broke: (table: RouteTable, target: Target) => void
  /** Whether attempts had better go elsewhere, if there is an elsewhere. */
  isHeld: (table: RouteTable, target: Target) => boolean
  /**
   * Names of backends that are held to be down, and `backend/model` of targets, those first that are tried again first.
   */
  unhealthy: (table: RouteTable) => readonly string[]
  /** Whether the target's model has to be loaded first, as far as its backend tells. */
  isCold: (target: Target) => boolean
  /** What probes say, by backend. Backends that are left out keep what was said of them. */
  learn: (reports: Readonly<Record<string, HealthReport>>) => void
  /** How many attempts have begun: whoever asks now and then knows whether there is traffic. */
  attempts: () => number
}

/** What happened to the requests of one model on one backend. */
interface TargetState {
  breaker: Breaker
  lastAnswerAt: number
  /** When an attempt first waited in vain since the last answer; null = none did. */
  firstTimeoutAt: number | null
}

interface BackendState {
  origin: string | null
  /** Counts connections alone: that a host is off is true of all its models. */
  connections: Breaker
  lastAnswerAt: number
  targets: Map<string, TargetState>
  /** When a probe last said that it is down; null = none does, or a request knows better. */
  downSince: number | null
}

/** @param now Unix ms */
export function createHealth(now: () => number = Date.now): Health {
  const clock = createSteadyClock(now)
  const states = new Map<string, BackendState>()
  /** Backends of which something is not as it should be: the only ones that a request looks at. */
  const troubled = new Set<string>()
  /** Backend → ids of the models that it has loaded, of those that tell. */
  const loaded = new Map<string, ReadonlySet<string>>()
  let attempts = 0

  const stateOf = (backend: string, origin: string | null): BackendState => {
    const known = states.get(backend)
    if (known !== undefined && known.origin === origin) return known
    const state: BackendState = {
      origin,
      connections: createBreaker(),
      lastAnswerAt: Number.NEGATIVE_INFINITY,
      targets: new Map(),
      downSince: null,
    }
    states.set(backend, state)
    troubled.delete(backend)
    return state
  }
  const troubledOf = (table: RouteTable): [string, BackendState][] => {
    const found: [string, BackendState][] = []
    for (const backend of troubled) {
      const state = states.get(backend)
      const declared = lookup(table.backends, backend)
      if (state !== undefined && declared !== undefined && declared.origin === state.origin) {
        found.push([backend, state])
      }
    }
    return found
  }
  const judge = (backend: string, state: BackendState): void => {
    if (isTroubled(state)) troubled.add(backend)
    else troubled.delete(backend)
  }

  return {
    begin(table, { backend, model }) {
      attempts += 1
      const state = stateOf(backend, lookup(table.backends, backend)?.origin ?? null)
      const target = targetOf(state, model)
      const beganAt = clock()
      const connection = state.connections.begin(beganAt)
      const attempt = target.breaker.begin(beganAt)
      return (end) => {
        const at = clock()
        if (end === 'answered') {
          state.lastAnswerAt = at
          if (state.downSince !== null && beganAt >= state.downSince) state.downSince = null
        }
        const policy = table.breaker
        if (policy !== null) {
          state.connections.end(connection, connectionOutcome(end), { now: at, policy })
          const outcome = targetOutcome(end, { target, beganAt, at, windowMs: policy.windowMs })
          target.breaker.end(attempt, outcome, { now: at, policy })
        }
        // What succeeds where all is well changes nothing; and of a state that was replaced meanwhile nothing is kept.
        if ((end !== 'answered' || troubled.has(backend)) && states.get(backend) === state)
          judge(backend, state)
      }
    },
    broke(table, { backend, model }) {
      const policy = table.breaker
      const state = states.get(backend)
      // The answer may be older than the address.
      if (policy === null || state === undefined) return
      if (state.origin !== lookup(table.backends, backend)?.origin) return
      const { breaker } = targetOf(state, model)
      const at = clock()
      breaker.end(breaker.begin(at), 'failed', { now: at, policy })
      judge(backend, state)
    },
    isHeld(table, { backend, model }) {
      if (!troubled.has(backend)) return false
      const state = stateOf(backend, lookup(table.backends, backend)?.origin ?? null)
      const at = clock()
      if (isDown(state, at, table)) return true
      return table.breaker !== null && state.targets.get(model)?.breaker.isHeld(at) === true
    },
    unhealthy(table) {
      if (troubled.size === 0) return NONE
      const at = clock()
      const held: { name: string; triesAt: number }[] = []
      for (const [backend, state] of troubledOf(table)) {
        const tries: number[] = []
        for (const [model, { breaker }] of state.targets) {
          if (table.breaker === null || !breaker.isHeld(at)) continue
          const triesAt = breaker.triesAt() ?? at
          tries.push(triesAt)
          held.push({ name: `${backend}/${model}`, triesAt })
        }
        if (isDown(state, at, table))
          held.push({ name: backend, triesAt: state.connections.triesAt() ?? Infinity })
        else if (tries.length > 0 && tries.length === state.targets.size) {
          held.push({ name: backend, triesAt: Math.min(...tries) })
        }
      }
      if (held.length === 0) return NONE
      return held.toSorted((a, b) => a.triesAt - b.triesAt).map(({ name }) => name)
    },
    isCold({ backend, id }) {
      const models = loaded.get(backend)
      return models !== undefined && !models.has(id) && !models.has(`${id}:latest`)
    },
    learn(reports) {
      const at = clock()
      for (const [backend, { up, origin, askedAgoMs, loaded: models }] of Object.entries(reports)) {
        if (models === undefined) loaded.delete(backend)
        else loaded.set(backend, new Set(models))
        const state = stateOf(backend, origin)
        state.downSince = up || state.lastAnswerAt > at - askedAgoMs ? null : at
        judge(backend, state)
      }
    },
    attempts: () => attempts,
  }
}

function targetOf(state: BackendState, model: string): TargetState {
  let target = state.targets.get(model)
  if (target === undefined) {
    target = { breaker: createBreaker(), lastAnswerAt: Number.NEGATIVE_INFINITY, firstTimeoutAt: null }
    state.targets.set(model, target)
  }
  return target
}

function isTroubled({ connections, targets, downSince }: BackendState): boolean {
  if (downSince !== null || connections.triesAt() !== null) return true
  for (const { breaker } of targets.values()) if (breaker.triesAt() !== null) return true
  return false
}

/** The whole backend, whichever model is asked. */
function isDown({ connections, downSince }: BackendState, at: number, table: RouteTable): boolean {
  if (table.breaker !== null && connections.isHeld(at)) return true
  return downSince !== null && at - downSince < DOWN_HOLDS_MS
}

/** Any word of the backend's shows that it can be reached; silence may be either. */
function connectionOutcome(end: AttemptEnd): Outcome | null {
  switch (end) {
    case null:
    case 'busy':
    case 'timeout':
      return null
    case 'connect':
      return 'refused'
    case 'answered':
    case 'request':
    case 'error':
    case 'rate-limit':
    case 'context':
    case 'content-filter':
    case 'auth':
      break
  }
  return 'succeeded'
}

interface Ending {
  target: TargetState
  beganAt: number
  at: number
  windowMs: number
}

/** What a request or our own place with the backend is to blame for says nothing of the target. */
function targetOutcome(end: AttemptEnd, { target, beganAt, at, windowMs }: Ending): Outcome | null {
  switch (end) {
    case null:
    case 'request':
    case 'busy':
    case 'rate-limit':
    case 'context':
    case 'content-filter':
    case 'auth':
      return null
    case 'answered':
      target.lastAnswerAt = at
      target.firstTimeoutAt = null
      return 'succeeded'
    case 'connect':
      return 'refused'
    case 'error':
      return 'failed'
    case 'timeout':
      break
  }
  // A model that nobody has asked for a while may have to be loaded first: those who wait for that see no failure of
  // it. Who begins after somebody has waited in vain does.
  const warm = beganAt - target.lastAnswerAt <= windowMs
  const warned = target.firstTimeoutAt !== null && beganAt >= target.firstTimeoutAt
  target.firstTimeoutAt ??= at
  return warm || warned ? 'failed' : null
}
