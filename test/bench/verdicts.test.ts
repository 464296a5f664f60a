import { describe, expect, it } from 'vitest'
import type { Figures, LatencyOfArm, RateOfArm, StreamsFigure } from './figures.ts'
import { HEADLINE } from './plan.ts'
import { judge } from './verdicts.ts'

const MIB = 2 ** 20
const NONE = { count: 0, first: '' }

interface Findings {
  addedToPortkey?: number
  addedAlone?: number
  rateToPortkey?: number
  p999Ms?: number
  stalls?: number
  broken?: number
  /** MiB of both processes together. */
  peak?: number
  after?: number
  failed?: number
}

/** Figures in which every target is met, but for what is said. */
function figuresWith(found: Findings): Figures {
  const exactly = (value: number): { value: number; low: number; high: number } => ({
    value,
    low: value,
    high: value,
  })
  const latency: LatencyOfArm = {
    p50: 500,
    p99: 900,
    firstP50: 500,
    added: exactly(300),
    addedFirst: exactly(300),
    toPortkey: exactly(found.addedToPortkey ?? 0.2),
    failures: found.failed === undefined ? NONE : { count: found.failed, first: 'status 500' },
  }
  const rate: RateOfArm = {
    rate: exactly(5000),
    toPortkey: exactly(found.rateToPortkey ?? 4.5),
    addedToPortkey: exactly(found.addedAlone ?? 0.2),
    p50: 1,
    p99: 2,
    cpu: 150,
    controlCpu: 0,
    failures: NONE,
  }
  const streams: StreamsFigure = {
    arm: 'workerd',
    streams: 512,
    fps: 10,
    seconds: 10,
    firstP50: 1,
    lagP50: 1,
    lagP99: 2,
    addedLag: 1,
    worstGap: 120_000,
    stalls: found.stalls ?? 0,
    frames: 51_200,
    failures: { count: found.broken ?? 0, first: '' },
    memoryBefore: { traffic: 150 * MIB, control: 100 * MIB },
    memoryPeak: { traffic: ((found.peak ?? 400) - 100) * MIB, control: 100 * MIB },
    memoryAfter: { traffic: ((found.after ?? 260) - 100) * MIB, control: 100 * MIB },
  }
  return {
    version: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    quick: false,
    machine: { processor: '', cpus: 2, kernel: '', node: '', coresUsedByOthers: 0 },
    arms: {},
    unavailable: {},
    memoryAtStart: {},
    latency: [{ ...HEADLINE, rounds: 100, arms: { workerd: latency } }],
    rates: [{ ...HEADLINE, arms: { workerd: rate } }],
    openLoop: [
      {
        arm: 'workerd',
        callsPerSecond: 2500,
        p50: 300,
        p99: 900,
        p999: (found.p999Ms ?? 5) * 1000,
        max: 1e5,
        calls: 1000,
        failures: NONE,
      },
    ],
    streams: [streams, { ...streams, streams: 128, fps: 50 }],
  }
}

function missed(found: Findings): string[] {
  return judge(figuresWith(found))
    .filter(({ pass }) => !pass)
    .map(({ target }) => target)
}

describe('judge', () => {
  it('passes what meets every target', () => {
    expect(missed({})).toEqual([])
  })

  it.each<{ found: Findings; target: string }>([
    { found: { addedToPortkey: 0.26 }, target: 'calls interleaved' },
    { found: { addedAlone: 0.26 }, target: 'one arm at a time' },
    { found: { addedToPortkey: Number.NaN }, target: 'calls interleaved' },
    { found: { rateToPortkey: 3.9 }, target: "4 times Portkey's" },
    { found: { p999Ms: 10.1 }, target: 'p99.9' },
    { found: { stalls: 1 }, target: '512 streams at 10 frames/s' },
    { found: { broken: 1 }, target: '128 streams at 50 frames/s' },
    { found: { peak: 477 }, target: 'under 500 MB' },
    { found: { peak: 400, after: 300 }, target: 'near its floor' },
    { found: { failed: 1 }, target: 'every call answered' },
  ])('fails $found', ({ found, target }) => {
    expect(missed(found)).toContainEqual(expect.stringContaining(target))
  })

  it('forgives a rest of 25 MiB however little the streams took', () => {
    expect(missed({ peak: 276, after: 274 })).toEqual([])
  })

  it('has no verdict on what was not measured', () => {
    const none = { ...figuresWith({}), latency: [], rates: [], openLoop: [], streams: [] }
    expect(judge(none)).toEqual([])
  })
})
