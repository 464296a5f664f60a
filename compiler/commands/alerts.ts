/** `aicc alerts`: how alerts stand, and a message to who would be told. */
import { Argument, Command } from 'commander'
import { fetchAlerts, testAlert } from '../../src/control/admin-client.ts'
import type { AlertsReport, AlertTestResult } from '../../src/table/alert-status.ts'
import { CommandFailure } from './command-failure.ts'
import { foundIn } from './found-in.ts'
import { renderTable } from './render-table.ts'
import { jsonOption, stateOption } from './shared-options.ts'

interface AlertsFlags {
  state: string
  json?: boolean
}

export function alertsCommand(): Command {
  return new Command('alerts')
    .description('show how the alerts of the policy stand, or send a test to the receivers of one')
    .addArgument(new Argument('[action]', 'what to do with one; without it all are listed').choices(['test']))
    .argument('[name]', 'an alert of the policy')
    .addOption(stateOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Alerts are written in policy.yaml: docs/observability.md#alerts.
Exit code: 0 none fires, or all took the test; 1 no gateway answers or it knows no such alert; 2 otherwise.

Examples:
  $ aicc alerts
  $ aicc alerts --json
  $ aicc alerts test gpu-down      send a message to who is told of it`,
    )
    .action(async (action: 'test' | undefined, name: string | undefined, { state, json }: AlertsFlags) => {
      if (action === undefined) return show(state, json)
      if (name === undefined) throw new CommandFailure('say which alert: `aicc alerts` lists them', 1)
      return tryOut(name, state, json)
    })
}

async function show(state: string, json: boolean | undefined): Promise<void> {
  const report = foundIn(await fetchAlerts(state), state)
  console.log(json ? JSON.stringify(report, null, 2) : renderAlerts(report))
  if (report.alerts.some((alert) => alert.state === 'firing')) process.exitCode = 2
}

async function tryOut(name: string, state: string, json: boolean | undefined): Promise<void> {
  const results = foundIn(await testAlert(state, name), state)
  console.log(json ? JSON.stringify(results, null, 2) : renderResults(name, results))
  if (results.some(({ problem }) => problem !== null)) process.exitCode = 2
}

export function renderAlerts({ alerts, receivers }: AlertsReport): string {
  if (alerts.length === 0 && receivers.length === 0) return 'the policy has no alerts'
  const rows = alerts.map(({ name, state, since, text, to }) => [
    name,
    state === 'firing' ? 'FIRING' : state,
    since ?? '-',
    to.join(', ') || 'log',
    text,
  ])
  const told = receivers.map(({ name, waiting, problem, toldAt }) => [
    name,
    problem ?? 'well',
    String(waiting),
    toldAt ?? '-',
  ])
  return [
    renderTable(['alert', 'state', 'since', 'to', 'what'], rows),
    ...(told.length === 0 ? [] : ['', renderTable(['receiver', 'state', 'waiting', 'told'], told)]),
  ].join('\n')
}

function renderResults(name: string, results: readonly AlertTestResult[]): string {
  if (results.length === 0) return `nobody but the log is told of \`${name}\``
  return results.map(({ receiver, problem }) => `${receiver}  ${problem ?? 'took it'}`).join('\n')
}
