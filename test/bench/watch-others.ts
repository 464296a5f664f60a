/**
 * How busy the rest of the machine is while the benchmark runs: figures from a busy machine mean less.
 */
import { cpuSeconds, machineCpuSeconds } from './proc-usage.ts'

/**
 * Starts watching. The answer is the cores that all other processes kept busy on average since then; null
 * where it cannot be known. `ours` are the benchmark's own processes besides this one and its children.
 */
export async function watchOthers(ours: readonly (number | null)[]): Promise<() => Promise<number | null>> {
  const measure = async (): Promise<number | null> => {
    const machine = await machineCpuSeconds()
    const own = await cpuSeconds(process.pid, { withEndedChildren: true })
    const arms = await Promise.all(ours.map((pid) => cpuSeconds(pid)))
    if (machine === null || own === null) return null
    return machine - own - arms.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0)
  }
  const [startedAt, before] = [performance.now(), await measure()]
  return async () => {
    const after = await measure()
    if (before === null || after === null) return null
    return Math.max(0, (after - before) / ((performance.now() - startedAt) / 1000))
  }
}
