/** Whether what a feature adds to a request stays under its bounds. */
import type { Verdict } from '../verdicts.ts'
import type { Compared } from './side.ts'

export interface CostBounds {
  /** Microseconds of CPU, of edge and control process. */
  cpuUs: number
  /** Milliseconds at the median. */
  ms: number
}

/** @param figures of a steady load; the last side is the one with the feature, the first the one without */
export function judgeCost(what: string, figures: readonly Compared[], most: CostBounds): Verdict[] {
  const judge = (name: string, bound: number, unit: string): Verdict => {
    const change = figures.find((one) => one.what === name)?.added.at(-1) ?? null
    const digits = unit === 'us' ? 0 : 3
    return {
      target: `${what}, ${name}: at most ${bound} ${unit} more at half load`,
      measured:
        change === null
          ? 'nothing'
          : `${change.value.toFixed(digits)} ${unit} (${change.low.toFixed(digits)} to ${change.high.toFixed(digits)})`,
      pass: change !== null && change.value <= bound,
    }
  }
  return [judge('CPU of both, us', most.cpuUs, 'us'), judge('median, ms', most.ms, 'ms')]
}
