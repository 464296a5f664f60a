/** `aicc usage`: what clients used, by the records of the running gateway, and what is left of their budgets. */
import { Command, Option } from 'commander'
import { fetchUsage } from '../../src/control/admin-client.ts'
import { USAGE_GROUPS, type UsageGroup, type UsageReport } from '../../src/table/usage-report.ts'
import { quote } from '../diagnostics/quote.ts'
import { CommandFailure } from './command-failure.ts'
import { renderUsage, renderUsageCsv } from './render-usage.ts'
import { stateOption } from './shared-options.ts'

interface UsageFlags {
  state: string
  by: UsageGroup
  since?: string
  until?: string
  client?: string
  format: 'table' | 'json' | 'csv'
}

export function usageCommand(): Command {
  return new Command('usage')
    .description('show what clients used: requests, tokens, money, and what is left of their budgets')
    .addOption(new Option('--by <group>', 'sum up by').choices(USAGE_GROUPS).default('client'))
    .option('--since <moment>', 'requests that began then or later (default: 24h)')
    .option('--until <moment>', 'requests that began before')
    .option('--client <name>', 'of this client only')
    .addOption(
      new Option('--format <format>', 'how to print it').choices(['table', 'json', 'csv']).default('table'),
    )
    .addOption(stateOption())
    .addHelpText(
      'after',
      `
A moment is 24h, 7d or 30m ago, a day (2026-11-21: its beginning in the policy's time zone), or an
ISO 8601 time with its offset. Records are kept for 30 days. Budgets are as admission counts them at
this moment, reservations of running requests included. A client that hung up before the end is no
failure, and is counted by itself (client_gone). Money is in USD; csv and json have it in
nano-USD (1e-9 USD), exact.
Exit code: 0 shown, 1 no gateway answers or it cannot tell.

Examples:
  $ aicc usage                              the last 24 hours, by client
  $ aicc usage --by day --since 30d --client laptop
  $ aicc usage --by model --since 2026-11-01 --format csv > november.csv`,
    )
    .action(async ({ state, format, by, since, until, client }: UsageFlags) => {
      const asked = { by, ...(since && { since }), ...(until && { until }), ...(client && { client }) }
      const answer = await fetchUsage(state, asked)
      if (answer.kind === 'not-running') {
        throw new CommandFailure(
          `no gateway runs on the state folder ${state}; start one with \`aicc serve\``,
          1,
        )
      }
      if (answer.kind !== 'usage') throw new CommandFailure(answer.message, 1)
      console.log(PRINTERS[format](answer.report))
      if (client !== undefined && answer.report.rows.length === 0) {
        console.error(`no request of ${quote(client)}: the names of clients are those in clients.yaml`)
      }
    })
}

const PRINTERS: Record<UsageFlags['format'], (report: UsageReport) => string> = {
  table: renderUsage,
  json: (report) => JSON.stringify(report, null, 2),
  csv: renderUsageCsv,
}
