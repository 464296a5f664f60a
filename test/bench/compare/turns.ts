/** What a side is made to do in its turn, and what it costs it. Times are milliseconds, CPU is microseconds per call. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Failures, LoadGenerator } from '../loadgen.ts'
import { HEADLINE } from '../plan.ts'
import { cpuSeconds } from '../proc-usage.ts'
import { plainBody, streamBody } from '../requests.ts'
import { quantile, sorted } from '../statistics.ts'
import { toJobArm } from '../measure/job-arms.ts'
import type { Turn } from './compare-rounds.ts'
import type { Side } from './side.ts'

/** Records of the last calls leave the edge, are booked and shipped to a sink, a moment after the answers. */
const SETTLES_MS = 1800
const CONNECTIONS = 64

/** All connections of the headline's cell busy for so long. */
export async function busyTurn(load: LoadGenerator, side: Side, seconds: number): Promise<Turn> {
  const body = plainBody(HEADLINE.promptBytes)
  const { result, cpu } = await withCpu(side, () =>
    load.run({
      mode: 'sliced',
      arms: [toJobArm(side, 'http', body)],
      connections: HEADLINE.concurrency,
      seconds,
      sliceMs: seconds * 1000,
    }),
  )
  const [arm] = result.arms
  if (arm === undefined) throw new Error('the load generator tells of no call')
  mustHaveAnswered(side, arm.failures)
  const total = sorted(arm.slices.flatMap((slice) => slice.total))
  const measured = arm.slices.reduce((sum, slice) => sum + slice.seconds, 0)
  return {
    'calls per second': total.length / measured,
    'median, ms': quantile(total, 0.5) / 1000,
    ...cpu(total.length),
  }
}

/** So many calls per second, in a steady stream. */
export async function steadyTurn(
  load: LoadGenerator,
  side: Side,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Turn> {
  const arms = [toJobArm(side, 'http', plainBody(HEADLINE.promptBytes))]
  const { result, cpu } = await withCpu(side, () =>
    load.run({ mode: 'open', arms, connections: CONNECTIONS, rate, seconds }),
  )
  mustHaveAnswered(side, result.failures)
  const total = sorted(result.total)
  return {
    'median, ms': quantile(total, 0.5) / 1000,
    'p99, ms': quantile(total, 0.99) / 1000,
    // Each connection makes a call ahead of time.
    ...cpu(total.length + CONNECTIONS),
  }
}

/** So many paced streams at once. */
export async function streamsTurn(
  load: LoadGenerator,
  side: Side,
  { streams, fps, seconds }: { streams: number; fps: number; seconds: number },
): Promise<Turn> {
  const body = streamBody({ promptBytes: HEADLINE.promptBytes, frames: seconds * fps, fps })
  const result = await load.run({
    mode: 'streams',
    arms: [toJobArm(side, 'http', body)],
    connections: streams,
  })
  mustHaveAnswered(side, result.failures)
  const first = sorted(result.first)
  const lag = sorted(result.lag)
  return {
    'first frame, median, ms': quantile(first, 0.5) / 1000,
    'first frame, p99, ms': quantile(first, 0.99) / 1000,
    'lag of a frame, median, ms': quantile(lag, 0.5) / 1000,
    'lag of a frame, p99, ms': quantile(lag, 0.99) / 1000,
  }
}

/** Seconds of both processes while `work` runs and until its records are booked. */
async function withCpu<T>(
  { pid, controlPid }: Side,
  work: () => Promise<T>,
): Promise<{ result: T; cpu: (calls: number) => Turn }> {
  const used = (): Promise<(number | null)[]> => Promise.all([cpuSeconds(pid), cpuSeconds(controlPid)])
  const before = await used()
  const result = await work()
  await sleep(SETTLES_MS)
  const after = await used()
  const [edge = 0, control = 0] = after.map((seconds, i) => ((seconds ?? 0) - (before[i] ?? 0)) * 1e6)
  return {
    result,
    cpu: (calls) => ({
      'CPU of the edge, us': edge / calls,
      'CPU of control, us': control / calls,
      'CPU of both, us': (edge + control) / calls,
    }),
  }
}

function mustHaveAnswered({ name }: Side, { count, first }: Failures): void {
  if (count > 0) throw new Error(`${name} left ${count} calls without a good answer, the first: ${first}`)
}
