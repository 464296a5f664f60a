/**
 * One timer for all deadlines of a request, one after the other: body, first token, gaps, total. It does
 * not move when bytes do. It looks when the nearest deadline may have come and sleeps again, so that
 * neither a chunk nor a new phase costs a timer.
 */

/**
 * Does what is due at `now` (Unix ms).
 * @returns ms until it wants to look again; Infinity = nothing more to guard
 */
export type Check = (now: number) => number

export interface Watch {
  /** Replaces what is guarded. */
  guard: (check: Check) => void
  /** Ends the watch; must be called on every way out. */
  stop: () => void
}

const NOTHING_DUE: Check = () => Number.POSITIVE_INFINITY

/** @param onStop called once, when the request has ended */
export function startWatch(onStop: () => void = () => {}): Watch {
  let check = NOTHING_DUE
  let timer: ReturnType<typeof setTimeout> | null = null
  let wakesAt = Number.POSITIVE_INFINITY
  let stopped = false
  const sleep = (now: number): void => {
    const wait = check(now)
    if (now + wait >= wakesAt) return
    if (timer !== null) clearTimeout(timer)
    wakesAt = now + Math.max(1, wait)
    timer = setTimeout(wake, wakesAt - now)
  }
  const wake = (): void => {
    timer = null
    wakesAt = Number.POSITIVE_INFINITY
    sleep(Date.now())
  }
  return {
    guard(next) {
      check = next
      sleep(Date.now())
    },
    stop() {
      if (stopped) return
      stopped = true
      check = NOTHING_DUE
      if (timer !== null) clearTimeout(timer)
      timer = null
      onStop()
    },
  }
}
