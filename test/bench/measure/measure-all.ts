/**
 * The whole plan, measurement by measurement.
 */
import type { Arm } from '../arm.ts'
import type { Figures, OpenLoopFigure, RateFigure, StreamsFigure } from '../figures.ts'
import type { LoadGenerator } from '../loadgen.ts'
import { HEADLINE, type Plan } from '../plan.ts'
import { measureLatency } from './measure-latency.ts'
import { measureOpenLoop } from './measure-open-loop.ts'
import { measureRates } from './measure-rates.ts'
import { measureStreams } from './measure-streams.ts'

export type Measured = Pick<Figures, 'latency' | 'rates' | 'openLoop' | 'streams'>

/** `say` is told what begins. */
export async function measureAll(
  load: LoadGenerator,
  arms: readonly Arm[],
  { plan, say }: { plan: Plan; say: (what: string) => void },
): Promise<Measured> {
  say('warming up')
  for (const stream of [false, true]) {
    await measureRates(load, arms, { cell: { ...HEADLINE, stream }, seconds: plan.warmupSeconds })
  }
  // In a closed loop all connections gather at the slowest arm: LiteLLM would leave the others a hundred calls.
  const slow = arms.filter(({ name }) => name === 'litellm')
  const swift = arms.filter(({ name }) => name !== 'litellm')
  const measured: Measured = { latency: [], rates: [], openLoop: [], streams: [] }
  for (const [i, cell] of plan.latency.cells.entries()) {
    say(`latency ${i + 1}/${plan.latency.cells.length}`)
    measured.latency.push(await measureLatency(load, swift, { cell, seconds: plan.latency.seconds }))
  }
  if (slow.length > 0) {
    say('latency, litellm')
    const apart = [...arms.filter(({ name }) => name === 'direct'), ...slow]
    measured.latency.push(
      await measureLatency(load, apart, { cell: HEADLINE, seconds: plan.latency.seconds }),
    )
  }
  for (const [i, cell] of plan.rates.cells.entries()) {
    say(`saturation ${i + 1}/${plan.rates.cells.length}`)
    measured.rates.push(await measureRates(load, arms, { cell, seconds: plan.rates.seconds }))
  }
  measured.openLoop = await openLoops(load, arms, { plan, say, saturation: measured.rates[0] })
  measured.streams = await allStreams(load, arms, { plan, say })
  return measured
}

/** Each gateway at half of its own saturation; `direct` at half of workerd's, to show what the machine adds. */
async function openLoops(
  load: LoadGenerator,
  arms: readonly Arm[],
  { plan, say, saturation }: { plan: Plan; say: (what: string) => void; saturation: RateFigure | undefined },
): Promise<OpenLoopFigure[]> {
  const figures: OpenLoopFigure[] = []
  for (const arm of arms) {
    const measure = arm.name === 'direct' ? 'workerd' : arm.name
    const rate = saturation?.arms[measure]?.rate.value
    if (rate === undefined || !(rate > 0)) continue
    say(`half load, ${arm.name}`)
    figures.push(await measureOpenLoop(load, arm, { ...plan.openLoop, callsPerSecond: rate / 2 }))
  }
  return figures
}

async function allStreams(
  load: LoadGenerator,
  arms: readonly Arm[],
  { plan, say }: { plan: Plan; say: (what: string) => void },
): Promise<StreamsFigure[]> {
  const figures: StreamsFigure[] = []
  for (const shape of plan.streams) {
    let direct: StreamsFigure | null = null
    for (const arm of arms) {
      // LiteLLM cannot carry more; the queue would only outlast the deadline of each call.
      if (arm.name === 'litellm' && shape.streams > 64) continue
      say(`${shape.streams} streams at ${shape.fps} frames/s, ${arm.name}`)
      const figure: StreamsFigure = await measureStreams(load, arm, { ...shape, direct })
      if (arm.name === 'direct') direct = figure
      figures.push(figure)
    }
  }
  return figures
}
