/**
 * How long a piece of work takes an engine, by the processor's time and not by the clock: what else the machine does
 * would else be measured as well.
 */
import type { Job } from './measure.ts'

export interface Engine {
  name: string
  /** Makes ready what the next calls do. */
  load: (job: Job) => Promise<void>
  run: (calls: number) => Promise<void>
  /** Microseconds that the engine has computed since it began, collecting garbage included. */
  spent: () => number
  stop: () => Promise<void>
}

/** Before anything is timed: until the engine has made up its mind about the code. */
const WARM_US = 120_000
/** A batch takes that long, so that what starts and ends it does not count. */
const BATCH_US = 25_000
const BATCHES = 5

/** @returns microseconds of a call in the quietest batch: others make the caches worse, and never better */
export async function time(engine: Engine, job: Job): Promise<number> {
  await engine.load(job)
  let calls = 0
  const begun = engine.spent()
  for (let more = 1; engine.spent() - begun < WARM_US; more = Math.min(2 * more, 512)) {
    await engine.run(more)
    calls += more
  }
  const size = Math.max(1, Math.ceil((calls * BATCH_US) / (engine.spent() - begun)))
  const batches: number[] = []
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const before = engine.spent()
    await engine.run(size)
    batches.push((engine.spent() - before) / size)
  }
  return Math.min(...batches)
}

export function middleOf(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0
}
