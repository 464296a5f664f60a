/**
 * Which target is tried next, and after what wait: the pool once in its order, then its targets again as often as
 * `retry` says, then the fallbacks that answer to the last cause. Who has no room is passed over, and waited for before
 * the pool is left, and before all is given up. Pure: it never looks at a clock or at the network.
 */
import { PASSING_CAUSES, PLAIN_CAUSES } from '../../table/failure-causes.ts'
import type { FallbackStep } from '../../table/decision.ts'
import type { FailureCause, Retry, Target } from '../../table/route-table.ts'

export interface PlanOptions {
  /** In the order in which they are tried. */
  pool: readonly Target[]
  fallback: readonly FallbackStep[]
  retry: Retry
  /** Unix ms at which the time of the whole request is up. */
  deadline: number
  /** Whether it is held to be down at this moment: then it comes last, but it comes. */
  isHeld: (target: Target) => boolean
  /** Is told of who is not asked in its turn because it is. */
  onHeld?: (target: Target) => void
  /** Takes one retry out of the model's budget; false = it is spent. */
  mayRetry: () => boolean
  /** 0 to before 1. */
  random: () => number
}

export interface Failure {
  /** Null = the request itself is at fault. */
  cause: FailureCause | null
  /** For how long the target asked to be left alone; null = it did not. */
  retryAfterMs: number | null
  /** Waiting would not cure it, whatever its cause. */
  isLasting?: boolean
}

export type Step =
  /** Ask it, after the wait. Where it has no room, the next call says so by `busy`. */
  | { kind: 'ask'; target: Target; waitMs: number }
  /** Wait for room at one of them: `took` says at which, or the next call says by `busy` that there was none. */
  | { kind: 'wait'; targets: readonly Target[] }

export interface Plan {
  /**
   * @param failure of the step before; null at the beginning
   * @param now Unix ms
   * @returns null when nobody is left to try
   */
  next: (failure: Failure | null, now: number) => Step | null
  /** The wait has ended with a place there. */
  took: (target: Target) => void
  /** Whether somebody would be tried if the current step failed by that. */
  answersTo: (cause: FailureCause) => boolean
}

export function createPlan(options: PlanOptions): Plan {
  const { pool, fallback, retry, deadline, isHeld, onHeld, mayRetry, random } = options
  /** Of the pool, those that may have recovered → Unix ms from which on they may be asked again; null = any time. */
  const passing = new Map<Target, number | null>()
  /** Of the pool, those that were held to be down when their turn came. */
  const putOff: FallbackStep[] = []
  const tried: Target[] = []
  let inPool = true
  let nextInPool = 0
  let retries = 0
  let turn = 0
  /** A prompt that was too long for this many tokens goes only where there is room for more, or where nobody knows. */
  let tooSmall: number | null = null
  /** Asked, or about to be; null while it is waited for room. */
  let current: Target | null = null
  let lastCause: FailureCause | null = null
  /** Passed over because they had no room. */
  let full: Target[] = []
  let waitedFor: readonly Target[] = []

  const fits = ({ context }: Target): boolean => tooSmall === null || context === null || context > tooSmall

  const note = ({ cause, retryAfterMs, isLasting = false }: Failure, now: number): void => {
    // What was said of the request holds wherever there is room.
    if (cause !== 'busy' || !saysOfRequest(lastCause)) lastCause = cause
    if (current === null) return
    if (cause === 'busy') {
      if (!isLasting) full.push(current)
      passing.delete(current)
      return
    }
    if (cause === 'content-filter') {
      inPool = false
      full = []
    }
    if (cause === 'context') tooSmall = Math.max(tooSmall ?? 0, current.context ?? 0)
    if (!inPool) return
    if (cause === null || isLasting || !PASSING_CAUSES.includes(cause)) passing.delete(current)
    else passing.set(current, retryAfterMs === null ? null : now + retryAfterMs)
  }
  const nextOfPool = (): Step | null => {
    while (nextInPool < pool.length) {
      const target = pool[nextInPool]
      nextInPool += 1
      if (target === undefined || !fits(target)) continue
      if (!isHeld(target)) return { kind: 'ask', target, waitMs: 0 }
      putOff.push({ target, on: PLAIN_CAUSES })
      onHeld?.(target)
    }
    return null
  }
  const again = (now: number): Step | null => {
    if (retries >= retry.times) return null
    for (let i = 0; i < pool.length; i += 1) {
      const target = pool[(turn + i) % pool.length]
      if (target === undefined || !passing.has(target) || !fits(target) || isHeld(target)) continue
      const from = passing.get(target) ?? null
      const backoff = Math.min(retry.longestWaitMs, retry.backoffMs * 2 ** retries) * random()
      const waitMs = Math.round(from === null ? backoff : Math.max(0, from - now))
      if (waitMs > retry.longestWaitMs || now + waitMs >= deadline) continue
      if (!mayRetry()) return null
      retries += 1
      turn += i + 1
      return { kind: 'ask', target, waitMs }
    }
    return null
  }
  const roomAnywhere = (): Step | null => {
    const targets = full.filter(fits)
    full = []
    return targets.length === 0 ? null : { kind: 'wait', targets }
  }
  const further = (cause: FailureCause | null): FallbackStep | undefined => {
    const open = (step: FallbackStep): boolean =>
      !tried.some((one) => isSame(one, step.target)) && fits(step.target)
    // Where nobody of the pool was asked it is as if nobody could be reached.
    const answers = (step: FallbackStep): boolean => open(step) && step.on.includes(cause ?? 'connect')
    return (
      fallback.find((step) => answers(step) && !isHeld(step.target)) ??
      putOff.find(answers) ??
      fallback.find(answers) ??
      (cause === null ? fallback.find(open) : undefined)
    )
  }

  return {
    next(failure, now) {
      if (failure !== null) {
        if (failure.cause === null) return null
        note(failure, now)
      }
      let step = inPool ? (nextOfPool() ?? (failure === null ? null : again(now)) ?? roomAnywhere()) : null
      if (step === null) {
        inPool = false
        const target = further(lastCause)?.target
        step = target === undefined ? roomAnywhere() : { kind: 'ask', target, waitMs: 0 }
      }
      current = step?.kind === 'ask' ? step.target : null
      waitedFor = step?.kind === 'wait' ? step.targets : []
      if (current !== null) tried.push(current)
      return step
    },
    took(target) {
      current = target
      full = waitedFor.filter((other) => other !== target)
    },
    answersTo: (cause) => further(cause) !== undefined,
  }
}

/** A failure that others would not have cured by having room. */
export function saysOfRequest(cause: FailureCause | null): boolean {
  return cause === 'context' || cause === 'content-filter'
}

/** Behind a wildcard each request has targets of its own. */
function isSame(one: Target, other: Target): boolean {
  return one.backend === other.backend && one.model === other.model
}
