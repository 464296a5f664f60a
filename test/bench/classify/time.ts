/** How long a function takes, called again and again until its times mean something. */

export interface Times {
  /** Microseconds. */
  median: number
  p99: number
}

/** Calls before any is timed: until the engine has made up its mind about the code. */
const WARM_MS = 150

/** What else the machine does only adds to times: the quietest round counts. */
const ROUNDS = 3

/** @param effort calls of a round, and the time that it may take */
export function time(run: () => unknown, effort: { calls: number; atMostMs: number }): Times {
  const start = performance.now()
  while (performance.now() - start < WARM_MS) run()
  const rounds = Array.from({ length: ROUNDS }, () => timeRound(run, effort))
  return rounds.reduce((best, round) => (round.median < best.median ? round : best))
}

function timeRound(run: () => unknown, { calls, atMostMs }: { calls: number; atMostMs: number }): Times {
  const times: number[] = []
  const from = performance.now()
  while (times.length < calls && (times.length < 5 || performance.now() - from < atMostMs)) {
    const before = performance.now()
    run()
    times.push(1000 * (performance.now() - before))
  }
  times.sort((a, b) => a - b)
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0
  return { median: at(0.5), p99: at(0.99) }
}
