/**
 * What the benchmark finds out: plain data, written as it is by `--json`. Times are microseconds unless
 * the name says otherwise.
 */
import type { ArmName } from './arm.ts'
import type { Failures } from './loadgen.ts'
import type { Estimate } from './statistics.ts'

/** By arm; an arm that did not take part is absent. */
export type ByArm<T> = Partial<Record<ArmName, T>>

/** The circumstances of a closed-loop measurement. */
export interface Cell {
  concurrency: number
  promptBytes: number
  stream: boolean
  transport: 'http' | 'https'
}

export interface LatencyOfArm {
  p50: number
  p99: number
  /** Until the first event with content; the same as p50 when the answer is no stream. */
  firstP50: number
  /** Median paired difference to `direct`; null for `direct` itself. */
  added: Estimate | null
  /** The same until the first event with content. */
  addedFirst: Estimate | null
  /** What this arm adds for each unit that Portkey adds, to the first event with content. */
  toPortkey: Estimate | null
  failures: Failures
}

/** Every call to a random arm. */
export interface LatencyFigure extends Cell {
  rounds: number
  arms: ByArm<LatencyOfArm>
}

export interface RateOfArm {
  /** Calls per second: median of the slices. */
  rate: Estimate
  /** This arm's rate over Portkey's. */
  toPortkey: Estimate | null
  /** What this arm adds to the median for each unit that Portkey adds, each alone with all connections. */
  addedToPortkey: Estimate | null
  p50: number
  p99: number
  /** Processor time per call of the process that carries the traffic; null where it cannot be known. */
  cpu: number | null
  /** The same of the process beside it. */
  controlCpu: number | null
  failures: Failures
}

/** All connections busy on one arm at a time: its saturation. */
export interface RateFigure extends Cell {
  arms: ByArm<RateOfArm>
}

/** A constant rate of arrivals; times count from when a call was due. */
export interface OpenLoopFigure {
  arm: ArmName
  callsPerSecond: number
  p50: number
  p99: number
  p999: number
  max: number
  calls: number
  failures: Failures
}

export interface Memory {
  /** In bytes; null where it cannot be known. */
  traffic: number | null
  control: number | null
}

export interface StreamsFigure {
  arm: ArmName
  streams: number
  fps: number
  seconds: number
  firstP50: number
  /** Arrival of a frame minus its deadline. */
  lagP50: number
  lagP99: number
  /** lagP50 minus that of the direct run. */
  addedLag: number
  worstGap: number
  /** Gaps of more than 250 ms beyond the worst of the direct run. */
  stalls: number
  frames: number
  failures: Failures
  /** Idle, right before the streams. */
  memoryBefore: Memory
  /** The most while they ran. */
  memoryPeak: Memory
  /** Idle again, as low as it got within the time waited; null when the run did not wait. */
  memoryAfter: Memory | null
}

export interface Machine {
  processor: string
  cpus: number
  kernel: string
  node: string
  /** Cores that processes other than the benchmark's kept busy on average; null where it cannot be known. */
  coresUsedByOthers: number | null
}

export interface Figures {
  version: 1
  startedAt: string
  quick: boolean
  machine: Machine
  /** Name and version of each arm. */
  arms: ByArm<string>
  /** Arms that were asked for and cannot run here, and why. */
  unavailable: ByArm<string>
  memoryAtStart: ByArm<Memory>
  latency: LatencyFigure[]
  rates: RateFigure[]
  openLoop: OpenLoopFigure[]
  streams: StreamsFigure[]
}
