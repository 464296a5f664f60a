/** `aicc metrics`: the metrics of the running gateway, for people. */
import { Command } from 'commander'
import { fetchMetrics } from '../../src/control/admin-client.ts'
import { type MetricFamily, type MetricSample, parseMetrics } from '../../src/control/parse-metrics.ts'
import { foundIn } from './found-in.ts'
import { renderTable } from './render-table.ts'
import { jsonOption, stateOption } from './shared-options.ts'

export function metricsCommand(): Command {
  return new Command('metrics')
    .description('show the metrics of the running gateway')
    .argument('[word]', 'only those whose name has this in it')
    .option('--text', "print Prometheus' text format, as GET /metrics gives it")
    .addOption(stateOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Counts begin with the control process. Of a histogram the number and the mean are shown.
Exit code: 0 shown, 1 no gateway answers.

Examples:
  $ aicc metrics
  $ aicc metrics tokens --json`,
    )
    .action(async (word: string | undefined, flags: { state: string; json?: boolean; text?: boolean }) => {
      const text = foundIn(await fetchMetrics(flags.state), flags.state)
      const wanted = parseMetrics(text).filter(({ name }) => name.includes(word ?? ''))
      if (flags.text) process.stdout.write(text)
      else console.log(flags.json ? JSON.stringify(wanted, null, 2) : renderMetrics(wanted))
    })
}

export function renderMetrics(families: readonly MetricFamily[]): string {
  const rows = families.flatMap((family) => {
    const shown = family.kind === 'histogram' ? means(family) : family.samples.map(plain)
    return shown.map((cells) => [family.name].concat(cells))
  })
  return rows.length === 0 ? 'nothing yet' : renderTable(['metric', 'of', 'value'], rows)
}

function plain({ labels, value }: MetricSample): string[] {
  return [labelText(labels), amount(value)]
}

function means({ name, samples }: MetricFamily): string[][] {
  const counts = samples.filter((sample) => sample.name === `${name}_count`)
  const sums = samples.filter((sample) => sample.name === `${name}_sum`)
  return counts.map(({ labels, value }, i) => [
    labelText(labels),
    `${value}, mean ${amount((sums[i]?.value ?? 0) / value)}`,
  ])
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
}

/** Six figures are enough for people. */
function amount(value: number): string {
  return String(Number(value.toPrecision(6)))
}
