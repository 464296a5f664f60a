/**
 * Many paced streams through one arm: how late frames arrive, whether any stream stalls, and what
 * memory it takes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Arm } from '../arm.ts'
import type { Memory, StreamsFigure } from '../figures.ts'
import type { LoadGenerator } from '../loadgen.ts'
import { rssBytes } from '../proc-usage.ts'
import { streamBody } from '../requests.ts'
import { quantile, sorted } from '../statistics.ts'
import { toJobArm } from './job-arms.ts'

/** A gap counts as a stall when it is so much longer than the worst of the direct run, in microseconds. */
const STALL = 250_000

const MEMORY_POLL_MS = 200

export interface StreamsPlan {
  streams: number
  fps: number
  seconds: number
  promptBytes: number
  /** How long to watch for memory to come back; 0 = not at all. */
  settleSeconds: number
}

/** `direct` is the figure of the direct run, null when this is it. */
export async function measureStreams(
  load: LoadGenerator,
  arm: Arm,
  plan: StreamsPlan & { direct: StreamsFigure | null },
): Promise<StreamsFigure> {
  const { streams, fps, seconds, promptBytes } = plan
  const body = streamBody({ promptBytes, frames: seconds * fps, fps })
  const memoryBefore = await memoryOf(arm)
  const running = load.run({ mode: 'streams', arms: [toJobArm(arm, 'http', body)], connections: streams })
  const memoryPeak = await extremeMemory(arm, Math.max, running)
  const result = await running
  const memoryAfter =
    plan.settleSeconds > 0 ? await extremeMemory(arm, Math.min, sleep(plan.settleSeconds * 1000)) : null
  const lag = sorted(result.lag)
  const gap = sorted(result.gap)
  const lagP50 = quantile(lag, 0.5)
  const worstGap = quantile(gap, 1)
  const limit = STALL + (plan.direct?.worstGap ?? worstGap)
  return {
    arm: arm.name,
    streams,
    fps,
    seconds,
    firstP50: quantile(sorted(result.first), 0.5),
    lagP50,
    addedLag: lagP50 - (plan.direct?.lagP50 ?? lagP50),
    lagP99: quantile(lag, 0.99),
    worstGap,
    stalls: gap.filter((g) => g > limit).length,
    frames: result.frames,
    failures: result.failures,
    memoryBefore,
    memoryPeak,
    memoryAfter,
  }
}

export async function memoryOf(arm: Arm): Promise<Memory> {
  const [traffic, control] = await Promise.all([rssBytes(arm.pid), rssBytes(arm.controlPid)])
  return { traffic, control }
}

/** The most or the least memory seen until `end` settles. */
async function extremeMemory(
  arm: Arm,
  pick: (a: number, b: number) => number,
  end: Promise<unknown>,
): Promise<Memory> {
  const done = end.then(
    () => true,
    () => true,
  )
  let found = await memoryOf(arm)
  while (!(await Promise.race([done, sleep(MEMORY_POLL_MS, false)]))) {
    const now = await memoryOf(arm)
    found = {
      traffic: join(found.traffic, now.traffic, pick),
      control: join(found.control, now.control, pick),
    }
  }
  return found
}

function join(a: number | null, b: number | null, pick: (a: number, b: number) => number): number | null {
  return a === null || b === null ? (a ?? b) : pick(a, b)
}
