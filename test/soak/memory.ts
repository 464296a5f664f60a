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
