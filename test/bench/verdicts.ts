/**
 * The targets, and whether this run meets them. A target whose figure was not measured gets no verdict.
 */
import type { ArmName } from './arm.ts'
import type { Cell, Figures, Memory, StreamsFigure } from './figures.ts'
import { HEADLINE } from './plan.ts'
import type { Estimate } from './statistics.ts'

export interface Verdict {
  target: string
  measured: string
  pass: boolean
}

/** The arm that the targets bind: what `npm start` runs. */
const BOUND: ArmName = 'workerd'

const STREAMS = [
  { streams: 512, fps: 10 },
  { streams: 128, fps: 50 },
  { streams: 64, fps: 50 },
]

export function judge(figures: Figures): Verdict[] {
  return [
    ...addedToPortkey(figures),
    rateToPortkey(figures),
    tailAtHalfLoad(figures),
    ...STREAMS.map((shape) => withoutStall(figures, shape)),
    ...memoryAt512(figures),
    answers(figures),
  ].filter((verdict) => verdict !== null)
}

/** Both ways of loading the arms must meet it: interleaved they compete, alone each has the machine. */
function addedToPortkey({ latency, rates }: Figures): (Verdict | null)[] {
  const interleaved = latency.find(isHeadline)?.arms[BOUND]?.toPortkey
  const alone = rates.find(isHeadline)?.arms[BOUND]?.addedToPortkey
  return [addedAtMost(interleaved, 'calls interleaved'), addedAtMost(alone, 'one arm at a time')]
}

function addedAtMost(ratio: Estimate | null | undefined, how: string): Verdict | null {
  if (!ratio) return null
  return {
    target: `adds at most 0.25 of what Portkey adds to the median (c=8, 1 KB, ${how})`,
    measured: `${ratio.value.toFixed(3)} (${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)})`,
    pass: ratio.value <= 0.25,
  }
}

function rateToPortkey({ rates }: Figures): Verdict | null {
  const ratio = rates.find(isHeadline)?.arms[BOUND]?.toPortkey
  if (!ratio) return null
  return {
    target: "sustains at least 4 times Portkey's calls per second",
    measured: `${ratio.value.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`,
    pass: ratio.value >= 4,
  }
}

function tailAtHalfLoad({ openLoop }: Figures): Verdict | null {
  const figure = openLoop.find(({ arm }) => arm === BOUND)
  if (figure === undefined) return null
  return {
    target: 'p99.9 at half load is at most 10 ms',
    measured: `${(figure.p999 / 1000).toFixed(2)} ms at ${Math.round(figure.callsPerSecond)}/s`,
    pass: figure.p999 <= 10_000,
  }
}

function withoutStall(
  { streams: figures }: Figures,
  { streams, fps }: (typeof STREAMS)[number],
): Verdict | null {
  const figure = figures.find((one) => one.arm === BOUND && one.streams === streams && one.fps === fps)
  if (figure === undefined) return null
  const { stalls, worstGap, failures } = figure
  return {
    target: `${streams} streams at ${fps} frames/s without a stall`,
    measured: `${stalls} stalls, ${failures.count} broken, worst gap ${(worstGap / 1000).toFixed(0)} ms`,
    pass: stalls === 0 && failures.count === 0,
  }
}

const MIB = 2 ** 20

function memoryAt512({ streams }: Figures): (Verdict | null)[] {
  const figure = streams.find((one) => one.arm === BOUND && one.streams === 512)
  if (figure === undefined) return []
  return [underBound(figure), nearFloor(figure)]
}

function underBound({ memoryPeak }: StreamsFigure): Verdict | null {
  const peak = sum(memoryPeak)
  if (peak === null) return null
  return {
    target: 'both processes together under 500 MB at 512 streams',
    measured: `${(peak / MIB).toFixed(0)} MiB`,
    pass: peak < 500e6,
  }
}

/** Near: what 512 streams took beyond the floor has gone to at least three quarters, or 25 MiB are left. */
function nearFloor({ memoryBefore, memoryPeak, memoryAfter }: StreamsFigure): Verdict | null {
  const [before, peak, after] = [sum(memoryBefore), sum(memoryPeak), sum(memoryAfter)]
  if (before === null || peak === null || after === null) return null
  return {
    target: 'memory back near its floor after 512 streams',
    measured: `${(before / MIB).toFixed(0)} before, ${(after / MIB).toFixed(0)} MiB after`,
    pass: after - before <= Math.max((peak - before) / 4, 25 * MIB),
  }
}

/** Figures mean little when calls failed on the way. */
function answers({ latency, rates, openLoop }: Figures): Verdict | null {
  const failures = [
    ...latency.map(({ arms }) => arms[BOUND]?.failures),
    ...rates.map(({ arms }) => arms[BOUND]?.failures),
    ...openLoop.filter(({ arm }) => arm === BOUND).map((figure) => figure.failures),
  ].filter((one) => one !== undefined)
  if (failures.length === 0) return null
  const count = failures.reduce((all, one) => all + one.count, 0)
  const first = failures.find((one) => one.count > 0)?.first
  return {
    target: 'every call answered',
    measured: first === undefined ? 'none failed' : `${count} failed: ${first}`,
    pass: count === 0,
  }
}

function isHeadline(cell: Cell): boolean {
  return (
    cell.concurrency === HEADLINE.concurrency &&
    cell.promptBytes === HEADLINE.promptBytes &&
    cell.stream === HEADLINE.stream &&
    cell.transport === HEADLINE.transport
  )
}

function sum(memory: Memory | null): number | null {
  return memory?.traffic == null ? null : memory.traffic + (memory.control ?? 0)
}
