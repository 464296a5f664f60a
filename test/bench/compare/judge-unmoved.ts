/** Whether figures stay where they are: on a slow disk, say. */
import type { Verdict } from '../verdicts.ts'
import type { Compared } from './side.ts'

/** A change by less than this share of the figure is none. */
const NEGLIGIBLE = 0.05
/** An interval wider than this share of the figure says nothing. */
const VAGUE = 0.5

/**
 * Medians and p99 of the second side against the first. One that rose by more than is negligible, all of its interval
 * above zero, is missed; one whose interval is too wide gets no verdict, as it would on a machine that is busy.
 * @param of what was called
 */
export function judgeUnmoved(of: string, figures: readonly Compared[]): Verdict[] {
  return figures.flatMap(({ what, values: [base = Number.NaN], added: [, change] }) => {
    if (!/median|p99/.test(what) || change == null) return []
    const { value, low, high } = change
    const moved = low > 0 && value > base * NEGLIGIBLE
    if (!moved && high - low > base * VAGUE) return []
    const measured = `${value >= 0 ? '+' : ''}${value.toFixed(3)} on ${base.toFixed(3)}`
    return [{ target: `${of}, ${what}: not higher`, measured, pass: !moved }]
  })
}
