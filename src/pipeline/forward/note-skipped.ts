/** Notes on a request's way that a target was not asked in its turn: the first few, each once. */
import type { SkippedTarget } from '../../table/request-record.ts'
import type { Target } from '../../table/route-table.ts'
import type { Journey } from './exchange.ts'

export const MOST_SKIPPED = 8

export function noteSkipped(
  journey: Pick<Journey, 'skipped'>,
  { backend, model }: Target,
  why: SkippedTarget['why'],
): void {
  const noted = (journey.skipped ??= [])
  if (noted.length >= MOST_SKIPPED) return
  if (!noted.some((one) => one.backend === backend && one.model === model))
    noted.push({ backend, model, why })
}
