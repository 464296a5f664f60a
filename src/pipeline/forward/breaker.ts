/**
 * A circuit breaker: closed while attempts succeed often enough, open for a while when they do not, then half-open:
 * one attempt goes first, and what becomes of it closes the breaker or opens it for longer. It advises and never
 * forbids: an attempt that has nowhere else to go is made anyway. Times come from the caller and never go back.
 */
import type { BreakerPolicy } from '../../table/health-policy.ts'

/** How an attempt ended: `refused` = no connection came about. */
export type Outcome = 'succeeded' | 'failed' | 'refused'

/** An attempt's place in the life of a breaker: news of an earlier life is no news. */
export interface Pass {
  generation: number
}

export interface Breaker {
  /** An attempt is about to be made. The first one that begins when a try is due is that try. */
  begin: (now: number) => Pass
  /** @param outcome null = it says nothing of the target: the client left, or its request was at fault */
  end: (pass: Pass, outcome: Outcome | null, at: { now: number; policy: BreakerPolicy }) => void
  /** Whether attempts had better go elsewhere: it is open, or half-open and tried already. */
  isHeld: (now: number) => boolean
  /** When a try is, or was, due. Null = closed. */
  triesAt: () => number | null
}

/** So many refusals in a row say enough. */
const REFUSALS = 2

const BUCKETS = 10

interface Open {
  until: number
  lengthMs: number
  /** The one attempt that goes first; it makes room for another when nothing is heard of it. */
  probe: { pass: Pass; lapsesAt: number } | null
  longestMs: number
}

export function createBreaker(): Breaker {
  const counts = createCounts()
  let generation = 0
  let refusals = 0
  let open: Open | null = null

  const openFor = (lengthMs: number, now: number, longestMs: number): void => {
    generation += 1
    open = { until: now + lengthMs, lengthMs, probe: null, longestMs }
  }
  const close = (): void => {
    generation += 1
    refusals = 0
    open = null
    counts.clear()
  }
  const isTried = ({ probe }: Open, now: number): boolean => probe !== null && now < probe.lapsesAt

  const endClosed = (outcome: Outcome, now: number, policy: BreakerPolicy): void => {
    refusals = outcome === 'refused' ? refusals + 1 : 0
    counts.add(outcome !== 'succeeded', now, policy.windowMs)
    if (outcome === 'succeeded') return
    const { total, failed } = counts.sums()
    const tooMany = total >= policy.minimum && failed * 100 >= total * policy.failuresPercent
    if (tooMany || refusals >= REFUSALS) openFor(policy.openMs, now, policy.longestMs)
  }

  return {
    begin(now) {
      const pass = { generation }
      if (open !== null && now >= open.until && !isTried(open, now)) {
        open.probe = { pass, lapsesAt: now + open.longestMs }
      }
      return pass
    },
    end(pass, outcome, { now, policy }) {
      if (pass.generation !== generation) return
      if (open === null) {
        if (outcome !== null) endClosed(outcome, now, policy)
        return
      }
      if (outcome === 'succeeded') {
        close()
        return
      }
      if (open.probe?.pass !== pass) return
      if (outcome === null) open.probe = null
      else
        openFor(Math.max(open.lengthMs, Math.min(open.lengthMs * 2, policy.longestMs)), now, policy.longestMs)
    },
    isHeld: (now) => open !== null && (now < open.until || isTried(open, now)),
    triesAt: () => open && open.until,
  }
}

/** Attempts of the last so many ms, in buckets: what is older than the window by less than a tenth may be forgotten. */
function createCounts(): {
  add: (failed: boolean, now: number, windowMs: number) => void
  /** Of the window that ends with what was added last. */
  sums: () => { total: number; failed: number }
  clear: () => void
} {
  const totals = new Float64Array(BUCKETS)
  const failures = new Float64Array(BUCKETS)
  let newest = 0
  let bucketMs = 0
  const clear = (): void => {
    totals.fill(0)
    failures.fill(0)
  }
  const moveTo = (now: number, windowMs: number): number => {
    if (bucketMs !== windowMs / BUCKETS) {
      bucketMs = windowMs / BUCKETS
      newest = Math.floor(now / bucketMs)
      clear()
    }
    const bucket = Math.floor(now / bucketMs)
    if (bucket - newest >= BUCKETS) clear()
    else {
      for (let passed = newest + 1; passed <= bucket; passed += 1) {
        totals[passed % BUCKETS] = 0
        failures[passed % BUCKETS] = 0
      }
    }
    newest = bucket
    return bucket % BUCKETS
  }
  return {
    add(failed, now, windowMs) {
      const at = moveTo(now, windowMs)
      totals[at]! += 1
      if (failed) failures[at]! += 1
    },
    sums: () => ({ total: sum(totals), failed: sum(failures) }),
    clear,
  }
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}
