/** How long a function takes, called again and again until its times mean something. */

/** Microseconds a call. */
export interface Times {
  /** Of the quieter half of all batches: what else the machine does only adds to times. */
  median: number
  /** The slowest batch. */
  worst: number
}

/** Calls before any is timed: until the engine has made up its mind about the code. */
const WARM_MS = 100

const BATCHES = 9
/** The clock of workerd counts whole milliseconds, so calls are timed in batches that take several of them. */
const BATCH_MS = 20

export function time(run: () => unknown): Times {
  let calls = 0
  const from = performance.now()
  while (performance.now() - from < WARM_MS) {
    run()
    calls += 1
  }
  const size = Math.max(1, Math.ceil((calls * BATCH_MS) / WARM_MS))
  const batches = Array.from({ length: BATCHES }, () => timeBatch(run, size)).sort((a, b) => a - b)
  return { median: batches[Math.floor(BATCHES / 4)] ?? 0, worst: batches.at(-1) ?? 0 }
}

function timeBatch(run: () => unknown, calls: number): number {
  const before = performance.now()
  for (let call = 0; call < calls; call += 1) run()
  return (1000 * (performance.now() - before)) / calls
}
