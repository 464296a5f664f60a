/**
 * How many calls per second each arm sustains: all connections on one arm for a slice of time, then on
 * another in random order, so that no arm has a minute of bad weather to itself.
 */
import type { Arm } from '../arm.ts'
import type { Cell, RateFigure, RateOfArm } from '../figures.ts'
import type { LoadGenerator, SlicedArm } from '../loadgen.ts'
import { cpuSeconds } from '../proc-usage.ts'
import { addedRatio, medianRatio, medianWithSpread, quantile, sorted } from '../statistics.ts'
import { armsOf, jobArms } from './job-arms.ts'

const SLICE_MS = 250

/** `seconds` is for each arm. */
export async function measureRates(
  load: LoadGenerator,
  allArms: readonly Arm[],
  { cell, seconds }: { cell: Cell; seconds: number },
): Promise<RateFigure> {
  const arms = armsOf(cell, allArms)
  const before = await Promise.all(arms.map(cpuOf))
  const result = await load.run({
    mode: 'sliced',
    arms: jobArms(cell, arms),
    connections: cell.concurrency,
    seconds: seconds * arms.length,
    sliceMs: SLICE_MS,
  })
  const after = await Promise.all(arms.map(cpuOf))
  const columns = { direct: armIndex(arms, 'direct'), portkey: armIndex(arms, 'portkey') }
  const figures = arms.map((arm, i): [string, RateOfArm] => {
    const calls = result.arms[i]?.slices.reduce((sum, { total }) => sum + total.length, 0) ?? 0
    return [
      arm.name,
      {
        ...ratesOf(result.arms, { ...columns, column: i }),
        cpu: perCall(before[i]?.traffic, after[i]?.traffic, calls),
        controlCpu: perCall(before[i]?.control, after[i]?.control, calls),
      },
    ]
  })
  return { ...cell, arms: Object.fromEntries(figures) }
}

interface Columns {
  column: number
  direct: number
  /** -1 when Portkey takes no part. */
  portkey: number
}

function ratesOf(arms: readonly SlicedArm[], columns: Columns): Omit<RateOfArm, 'cpu' | 'controlCpu'> {
  const { column, direct, portkey } = columns
  const total = sorted(arms[column]?.slices.flatMap((slice) => slice.total) ?? [])
  const rates = arms.map(({ slices }) => slices.map((slice) => slice.total.length / slice.seconds))
  const own = rates[column] ?? []
  const compared = portkey >= 0 && column !== portkey
  return {
    rate: medianWithSpread(own),
    toPortkey: compared ? medianRatio(own, rates[portkey] ?? []) : null,
    addedToPortkey: compared && column !== direct ? addedAlone(arms, columns) : null,
    p50: quantile(total, 0.5),
    p99: quantile(total, 0.99),
    failures: arms[column]?.failures ?? { count: 0, first: '' },
  }
}

/** From the median of each slice; the slices of one round are paired. */
function addedAlone(
  arms: readonly SlicedArm[],
  { column, direct, portkey }: Columns,
): RateOfArm['toPortkey'] {
  const rounds = (arms[column]?.slices ?? []).map((_, round) =>
    arms.map(({ slices }) => {
      const total = slices[round]?.total ?? []
      return total.length === 0 ? -1 : quantile(sorted(total), 0.5)
    }),
  )
  return addedRatio(rounds, { arm: column, baseline: direct }, { arm: portkey, baseline: direct })
}

function armIndex(arms: readonly Arm[], name: string): number {
  return arms.findIndex((arm) => arm.name === name)
}

interface CpuUse {
  traffic: number | null
  control: number | null
}

async function cpuOf(arm: Arm): Promise<CpuUse> {
  return { traffic: await cpuSeconds(arm.pid), control: await cpuSeconds(arm.controlPid) }
}

/** Microseconds per call. */
function perCall(
  from: number | null | undefined,
  to: number | null | undefined,
  calls: number,
): number | null {
  return from == null || to == null || calls === 0 ? null : ((to - from) / calls) * 1e6
}
