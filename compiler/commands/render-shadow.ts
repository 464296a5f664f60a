/**
 * A shadow's report for people: the counts on a line, and each kind of difference on a row.
 */
import type { ShadowReport } from '../../src/table/shadow-report.ts'
import { renderTable } from './render-table.ts'

/** `shadow: 1234 requests, 17 decided differently (1.4 %)` */
export function renderShadowCounts({ requests, differing }: ShadowReport): string {
  const share = requests === 0 ? '' : ` (${((100 * differing) / requests).toFixed(1)} %)`
  return `shadow: ${requests} ${requests === 1 ? 'request' : 'requests'}, ${differing} decided differently${share}`
}

export function renderShadow(report: ShadowReport): string {
  const { kinds, unlisted } = report
  if (kinds.length === 0) return renderShadowCounts(report)
  const rows = kinds.map(({ count, client, model, surface, live, candidate }) => [
    String(count),
    client,
    model,
    surface,
    live,
    candidate,
  ])
  return [
    renderTable(['count', 'client', 'model', 'surface', 'running policy', 'candidate'], rows),
    ...(unlisted === 0 ? [] : [`and ${unlisted} of other kinds, for which the list has no room`]),
    renderShadowCounts(report),
  ].join('\n')
}
