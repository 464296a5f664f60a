/** Reloads that were asked for, by what came of them, for Prometheus. */
import { createCounter, type Metric } from '../table/metric.ts'
import type { ReloadResult } from './gateway.ts'

export interface ReloadCount extends Metric {
  note: (result: ReloadResult) => void
}

/** From zero for each result: who asks by how much one grew must not miss the first. */
export function createReloadCount(): ReloadCount {
  const counter = createCounter('aicc_reloads_total', 'Reloads that were asked for, by what came of them.', [
    'result',
  ])
  for (const result of ['swapped', 'restarted', 'unchanged', 'failed']) counter.add(0, result)
  return {
    note: (result) => counter.add(1, result.kind === 'failed' ? 'failed' : result.how),
    text: counter.text,
  }
}
