/**
 * A limit per window without a burst at the window's edge: the generic cell rate algorithm, written as a bucket that
 * leaks. Counted in the limit's own units, so that as many as the limit says fit at once, whatever its window. Knows no
 * clock and keeps nothing; whoever stores a RateState calls drain() before all else.
 */

export interface RateLimit {
  count: number
  windowMs: number
}

/** Plain data: stores keep it as it is. */
export interface RateState {
  /** Units that count against the limit. May exceed it: what was used beyond what had been reserved is owed. */
  level: number
  /** Unix ms for which `level` holds. */
  at: number
  /** All units ever put in: the place of a charge in the bucket, see giveBack(). */
  added: number
}

/** Of a limit, how much rounding may be off. */
const SLACK = 1e-9

/**
 * @param added for a key that was forgotten: no less than it had, or a charge that is still to be settled would be given
 *   back what others put in. A store that keeps states until all their charges are settled may say 0.
 */
export function emptyRate(now: number, added = 0): RateState {
  return { level: 0, at: now, added }
}

/** Lets run out what the time since `state.at` allows. A clock that goes back lets nothing run out twice. */
export function drain(state: RateState, limit: RateLimit, now: number): void {
  followClock(state, limit, now)
  if (now <= state.at) return
  state.level = levelAt(state, limit, now)
  state.at = now
}

/** What will count at that time, for who only looks. Expects that the state has followed the clock. */
export function levelAt({ level, at }: RateState, limit: RateLimit, now: number): number {
  return now <= at ? level : Math.max(0, level - ((now - at) * limit.count) / limit.windowMs)
}

/** A clock that is set back by more than a window was wrong before: to wait until it catches up could take for ever. */
export function followClock(state: RateState, { windowMs }: RateLimit, now: number): void {
  if (now < state.at - windowMs) state.at = now
}

/**
 * A limit that a reload has changed: what counts by then counts on, but no more of it than fits the new limit, or a limit
 * that was lowered would let nobody in for many of its windows.
 * @returns whether it has changed
 */
export function followLimit(
  state: RateState,
  was: RateLimit,
  { limit, now }: { limit: RateLimit; now: number },
): boolean {
  if (was.count === limit.count && was.windowMs === limit.windowMs) return false
  drain(state, was, now)
  state.level = Math.min(state.level, limit.count)
  return true
}

/** Ms until `amount` fits: 0 = it does, Infinity = it never will, being more than the limit. */
export function waitFor(level: number, limit: RateLimit, amount: number): number {
  const excess = level + amount - limit.count * (1 + SLACK)
  if (excess <= 0) return 0
  if (amount > limit.count) return Number.POSITIVE_INFINITY
  return Math.ceil((excess * limit.windowMs) / limit.count)
}

/** @returns the charge's place, for giveBack() */
export function put(state: RateState, amount: number): number {
  state.level += amount
  state.added += amount
  return state.added
}

/**
 * Gives back `amount` of a charge that was put in at `place`, as far as it has not run out yet: what lies above it was
 * put in later, so it can be at most what remains beneath that. Time that has passed is so never given twice, and in
 * every stretch of time at most one limit more is used than the limit's rate allows.
 */
export function giveBack(state: RateState, amount: number, place: number): void {
  const remains = state.level - (state.added - place)
  state.level -= Math.max(0, Math.min(amount, remains))
}

/** Whole units that fit at this moment; never negative. */
export function remaining(level: number, limit: RateLimit): number {
  // Not more than a unit's rounding: of a very large limit the slack is many.
  const slack = Math.min(0.5, limit.count * SLACK)
  return Math.max(0, Math.floor(limit.count - level + slack))
}

/** Ms until nothing counts against the limit any more. */
export function resetMs(level: number, limit: RateLimit): number {
  return Math.ceil((level * limit.windowMs) / limit.count)
}
