/**
 * What each arm adds to a call: every connection calls every arm in random order, round after round,
 * and the differences to `direct` are taken within the rounds.
 */
import type { Arm } from '../arm.ts'
import type { Cell, LatencyFigure, LatencyOfArm } from '../figures.ts'
import type { InterleavedResult, LoadGenerator } from '../loadgen.ts'
import { addedMedian, addedRatio, quantile, sorted } from '../statistics.ts'
import { armsOf, jobArms } from './job-arms.ts'

export async function measureLatency(
  load: LoadGenerator,
  allArms: readonly Arm[],
  { cell, seconds }: { cell: Cell; seconds: number },
): Promise<LatencyFigure> {
  const arms = armsOf(cell, allArms)
  const result = await load.run({
    mode: 'interleaved',
    arms: jobArms(cell, arms),
    connections: cell.concurrency,
    seconds,
    warmupSeconds: 0.5,
  })
  const names = arms.map((arm) => arm.name)
  const portkey = names.indexOf('portkey')
  return {
    ...cell,
    rounds: result.total.length,
    arms: Object.fromEntries(
      names.map((name, column) => [
        name,
        latencyOf(result, { column, direct: names.indexOf('direct'), portkey }),
      ]),
    ),
  }
}

interface Columns {
  column: number
  direct: number
  /** -1 when Portkey takes no part. */
  portkey: number
}

function latencyOf(result: InterleavedResult, { column, direct, portkey }: Columns): LatencyOfArm {
  const succeeded = (rows: number[][]): Float64Array =>
    sorted(rows.map((row) => row[column] ?? -1).filter((time) => time >= 0))
  const total = succeeded(result.total)
  const first = succeeded(result.first)
  const pairing = { arm: column, baseline: direct }
  const compared = portkey >= 0 && column !== direct && column !== portkey
  return {
    p50: quantile(total, 0.5),
    p99: quantile(total, 0.99),
    firstP50: quantile(first, 0.5),
    added: column === direct ? null : addedMedian(result.total, pairing),
    addedFirst: column === direct ? null : addedMedian(result.first, pairing),
    toPortkey: compared ? addedRatio(result.first, pairing, { arm: portkey, baseline: direct }) : null,
    failures: result.failures[column] ?? { count: 0, first: '' },
  }
}
