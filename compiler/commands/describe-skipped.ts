/** Why a target was not asked in its turn, in words. */
import type { SkippedTarget } from '../../src/table/request-record.ts'
import { quote } from '../diagnostics/quote.ts'

const REASONS: Readonly<Record<SkippedTarget['why'], string>> = {
  down: 'it was held to be down',
  mode: 'a mode was on',
  full: 'it worked on as many requests as it may',
  limit: 'the limits of its backend were used up',
}

/** One line, with the target's name. */
export function describeSkipped({ backend, model, why, mode }: SkippedTarget): string {
  return `${backend}/${model}: ${mode === undefined ? REASONS[why] : `mode ${quote(mode)} was on`}`
}
