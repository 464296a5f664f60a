/**
 * The tail of an arm at a constant rate of arrivals, without coordinated omission.
 */
import type { Arm } from '../arm.ts'
import type { OpenLoopFigure } from '../figures.ts'
import type { LoadGenerator } from '../loadgen.ts'
import { plainBody } from '../requests.ts'
import { quantile, sorted } from '../statistics.ts'
import { toJobArm } from './job-arms.ts'

/** Enough that a call which is due seldom waits for a connection. */
const CONNECTIONS = 64

export interface OpenLoopPlan {
  callsPerSecond: number
  promptBytes: number
  seconds: number
}

export async function measureOpenLoop(
  load: LoadGenerator,
  arm: Arm,
  { callsPerSecond, promptBytes, seconds }: OpenLoopPlan,
): Promise<OpenLoopFigure> {
  const result = await load.run({
    mode: 'open',
    arms: [toJobArm(arm, 'http', plainBody(promptBytes))],
    connections: CONNECTIONS,
    rate: callsPerSecond,
    seconds,
    warmupSeconds: 0.5,
  })
  const total = sorted(result.total)
  return {
    arm: arm.name,
    callsPerSecond,
    p50: quantile(total, 0.5),
    p99: quantile(total, 0.99),
    p999: quantile(total, 0.999),
    max: quantile(total, 1),
    calls: total.length,
    failures: result.failures,
  }
}
