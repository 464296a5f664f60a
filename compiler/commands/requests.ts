/** `aicc requests`: the requests of the last thirty days, newest first. */
import { Command } from 'commander'
import { fetchRequests } from '../../src/control/admin-client.ts'
import type { HistoryEntry, HistoryPage } from '../../src/table/history.ts'
import { foundIn } from './found-in.ts'
import { renderTable } from './render-table.ts'
import { jsonOption, stateOption } from './shared-options.ts'

interface RequestsFlags {
  state: string
  json?: boolean
  failed?: boolean
  /** As the admin API takes them. */
  client?: string
  model?: string
  backend?: string
  rule?: string
  variant?: string
  status?: string
  since?: string
  until?: string
  before?: string
  limit: string
}

export function requestsCommand(): Command {
  return new Command('requests')
    .description('list requests, newest first: who asked for what, and what became of it')
    .option('--client <name>', 'of this client only')
    .option('--model <name>', 'that this model served')
    .option('--backend <name>', 'that this backend was asked last')
    .option('--rule <rule>', 'that this rule decided, as ruleset/id')
    .option('--variant <model>', 'that fell on this arm of a split')
    .option('--status <status>', 'answered so: 429, or 4xx for all that begin so')
    .option('--failed', 'that ended with an error, other than that the client hung up')
    .option('--since <moment>', 'that began then or later')
    .option('--until <moment>', 'that began before')
    .option('--before <number>', 'kept before the entry of that number: the next page')
    .option('--limit <n>', 'so many at most', '20')
    .addOption(stateOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
A moment is 24h, 7d or 30m ago, a day (2026-11-21: its beginning in the policy's time zone), or an
ISO 8601 time with its offset. Records are kept for 30 days and hold no text of requests.
Exit code: 0 shown, 1 no gateway answers or it cannot tell.

Examples:
  $ aicc requests --failed --since 1h
  $ aicc requests --client crew --status 429 --limit 100 --json`,
    )
    .action(async ({ state, json, failed, ...asked }: RequestsFlags) => {
      const query = { ...asked, ...(failed === true && { failed: 'true' }) }
      const page = foundIn(await fetchRequests(state, query), state)
      console.log(json ? JSON.stringify(page, null, 2) : renderPage(page))
    })
}

const HEAD = ['began', 'client', 'asked', 'served by', 'status', 'ms', 'in', 'out', 'id']
const NONE = '-'

function renderPage({ entries, next }: HistoryPage): string {
  if (entries.length === 0) return 'no request'
  const more = next === null ? [] : [`more: --before ${next}`]
  return [renderTable(HEAD, entries.map(cells)), ...more].join('\n')
}

function cells(entry: HistoryEntry): string[] {
  const { startedAt, endedAt, client, asked, backend, backendModel, status, error } = entry
  return [
    new Date(startedAt).toISOString(),
    client,
    asked ?? NONE,
    backend === null ? NONE : `${backend}/${backendModel}`,
    error === null ? String(status) : `${status} ${error}`,
    String(endedAt - startedAt),
    String(entry.inputTokens),
    String(entry.outputTokens),
    entry.correlationId,
  ]
}
