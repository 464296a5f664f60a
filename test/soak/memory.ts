/** Resident memory over time: does it grow? */
import { readFile } from 'node:fs/promises'

export interface Sample {
  /** Seconds since the run began. */
  at: number
  mib: number
}

/** Resident memory of a process in MiB (Linux). */
export async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}

/**
 * How much higher the last third of the run peaked than the third before it, in MiB. Peaks, because between
 * two collections memory is a saw; the first third is warming up.
 */
export function peakGrowth(samples: readonly Sample[]): number {
  const third = Math.floor(samples.length / 3)
  const peak = (from: number, to: number): number =>
    Math.max(...samples.slice(from, to).map((sample) => sample.mib))
  return peak(samples.length - third, samples.length) - peak(third, samples.length - third)
}

/** What one process held at some time: each life of the edge is a line of its own. */
export interface LifeSample extends Sample {
  pid: number
}

/**
 * How much memory grows, in MiB a minute: the least squares' slope that all lives have in common, each with a level of
 * its own. Null when nothing lived long enough.
 * @param warmUp seconds at the beginning of each life that say nothing
 */
export function commonSlope(samples: readonly LifeSample[], warmUp: number): number | null {
  let [above, below] = [0, 0]
  for (const life of Map.groupBy(samples, ({ pid }) => pid).values()) {
    const settled = life.filter(({ at }) => at >= (life[0]?.at ?? 0) + warmUp)
    const middle = mean(settled.map(({ at }) => at))
    const level = mean(settled.map(({ mib }) => mib))
    for (const { at, mib } of settled) {
      above += (at - middle) * (mib - level)
      below += (at - middle) ** 2
    }
  }
  return below === 0 ? null : (above / below) * 60
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
