/**
 * How many retries a model may make: a share of its requests of late, so that a backend in trouble is not given a
 * multiple of its load. Kept in module memory, per model.
 */
import type { Retry } from '../../table/route-table.ts'

/** Requests and retries are counted over this long. */
const WINDOW_MS = 10_000

/** So many in a window are always allowed: a share of a few requests would be none. */
const FLOOR = 3

interface Counts {
  requests: number
  retries: number
}

interface Window {
  startedAt: number
  current: Counts
  last: Counts
}

export interface RetryBudget {
  /** A request for that model begins. */
  count: (model: string) => void
  /** Takes a retry out of the model's budget; false = it is spent. */
  take: (model: string, retry: Retry) => boolean
}

/** @param now Unix ms */
export function createRetryBudget(now: () => number = Date.now): RetryBudget {
  const windows = new Map<string, Window>()
  const windowOf = (model: string): Window => {
    const at = now()
    let window = windows.get(model)
    if (window === undefined) {
      window = { startedAt: at, current: none(), last: none() }
      windows.set(model, window)
    }
    const age = at - window.startedAt
    // A clock that goes back begins anew, too.
    if (age >= WINDOW_MS || age < 0) {
      window.last = age >= 0 && age < 2 * WINDOW_MS ? window.current : none()
      window.current = none()
      window.startedAt = at
    }
    return window
  }
  return {
    count(model) {
      windowOf(model).current.requests += 1
    },
    take(model, { budgetPercent }) {
      const { startedAt, current, last } = windowOf(model)
      // Of the window before as much counts as still lies within the last ten seconds.
      const rest = 1 - (now() - startedAt) / WINDOW_MS
      const requests = current.requests + last.requests * rest
      const retries = current.retries + last.retries * rest
      if (retries + 1 > Math.max(FLOOR, (requests * budgetPercent) / 100)) return false
      current.retries += 1
      return true
    },
  }
}

function none(): Counts {
  return { requests: 0, retries: 0 }
}
