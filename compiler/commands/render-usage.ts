/** Usage as text. */
import type { UsageReport } from '../../src/table/usage-report.ts'
import { countOf } from './count-of.ts'
import { formatUsd } from './format-usd.ts'
import { renderTable } from './render-table.ts'

const NONE = '-'

/** For people. */
export function renderUsage({ by, since, until, keptSince, rows, budgets }: UsageReport): string {
  const head = [by, 'requests', 'failed', 'input', 'cached', 'output', 'usd']
  const cells = rows.map((row) => [
    row.name ?? NONE,
    String(row.requests),
    String(row.failed),
    String(row.inputTokens),
    String(row.cachedInputTokens),
    String(row.outputTokens),
    // Nobody knows what it cost: that is not nothing.
    row.cost === 0 && row.unpriced > 0 ? NONE : formatUsd(row.cost),
  ])
  const sum = (read: (row: UsageReport['rows'][number]) => number): number =>
    rows.reduce((total, row) => total + read(row), 0)
  const [gone, estimated, unpriced] = [
    sum((row) => row.gone),
    sum((row) => row.estimated),
    sum((row) => row.unpriced),
  ]
  return [
    `from ${since} to ${until}`,
    ...(since < keptSince ? [`records before ${keptSince} are kept no more`] : []),
    '',
    rows.length === 0 ? 'no request' : renderTable(head, cells),
    ...(gone === 0 ? [] : [`of ${countOf(gone, 'request')} the client hung up before the end: no failure`]),
    ...(estimated === 0
      ? []
      : [`tokens of ${countOf(estimated, 'request')} are estimated: the backend said none`]),
    ...(unpriced === 0 ? [] : [`${countOf(unpriced, 'request')} went to models without a price`]),
    ...(budgets.length === 0 ? [] : ['', 'budgets', renderBudgets(budgets)]),
  ].join('\n')
}

function renderBudgets(budgets: UsageReport['budgets']): string {
  const rows = budgets.map(({ client, period, limit, used, left }) => [
    client,
    period,
    formatUsd(used),
    formatUsd(left),
    formatUsd(limit),
  ])
  return renderTable(['client', 'period', 'used', 'left', 'of'], rows)
}

const CSV_HEAD =
  'name,requests,failed,input_tokens,cached_input_tokens,output_tokens,estimated,cost_nano_usd,unpriced,client_gone'

/** RFC 4180, with a head; money in nano-USD, exact. */
export function renderUsageCsv({ rows }: UsageReport): string {
  const lines = rows.map((row) =>
    [
      quoted(row.name ?? ''),
      row.requests,
      row.failed,
      row.inputTokens,
      row.cachedInputTokens,
      row.outputTokens,
      row.estimated,
      row.cost,
      row.unpriced,
      row.gone,
    ].join(),
  )
  return [CSV_HEAD, ...lines].join('\n')
}

/** As RFC 4180 has it. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
