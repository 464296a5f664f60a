/** The time that a request spends in the gateway itself: it stands still while others are waited for. */
export interface Stopwatch {
  stop: () => void
  go: () => void
  /** Milliseconds so far, with fractions. */
  ms: () => number
}

/** Runs from the start. @param now milliseconds of a clock that does not go back */
export function startStopwatch(now: () => number = () => performance.now()): Stopwatch {
  let spent = 0
  let since: number | null = now()
  return {
    stop() {
      if (since !== null) spent += now() - since
      since = null
    },
    go() {
      since ??= now()
    },
    ms: () => (since === null ? spent : spent + now() - since),
  }
}
