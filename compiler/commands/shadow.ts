/** `aicc shadow`: lets a candidate policy decide beside the running one, and shows where the two differ. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { fetchShadow, setShadow, type ShadowAnswer } from '../../src/control/admin-client.ts'
import type { ShadowReport } from '../../src/table/shadow-report.ts'
import { parseDuration } from '../resolve/units.ts'
import { CommandFailure } from './command-failure.ts'
import { compilePolicies } from './compile-policies.ts'
import { renderShadow, renderShadowCounts } from './render-shadow.ts'
import { stateOption } from './shared-options.ts'

const LOOK_EVERY_MS = 2000

interface ShadowFlags {
  state: string
  for?: number
  stop?: boolean
  format: 'pretty' | 'json'
}

export function shadowCommand(): Command {
  return new Command('shadow')
    .description('let a candidate policy decide beside the running one, and show where they differ')
    .argument('[folder]', 'the candidate: a policies folder')
    .addOption(stateOption())
    .option('--for <duration>', 'end after so long, such as 30s or 10m (default: until Ctrl-C)', toMs)
    .option('--stop', 'end a shadow that was left behind')
    .addOption(new Option('--format <format>', 'of the report').choices(['pretty', 'json']).default('pretty'))
    .addHelpText(
      'after',
      `
The candidate decides and nothing more: no request goes where it would send it. What is shown is client, model
name and outcome, never a prompt. One shadow runs at a time; this one ends with the command.
Exit code: 0 reported, 1 no gateway answers, 2 the candidate does not compile.

Examples:
  $ aicc shadow ../policies-next
  $ aicc shadow ../policies-next --for 10m --format json > report.json`,
    )
    .action(async (folder: string | undefined, flags: ShadowFlags) => {
      if (flags.stop === true) await stop(flags)
      else if (folder === undefined) throw new CommandFailure('error: which folder? (or --stop)', 1)
      else await follow(folder, flags)
    })
}

async function stop({ state }: ShadowFlags): Promise<void> {
  reportIn(await setShadow(state, null), state)
  console.error('shadow: ended')
}

async function follow(folder: string, flags: ShadowFlags): Promise<void> {
  const { state, format } = flags
  const table = await compilePolicies(folder)
  const enough = createEnd(flags.for ?? null)
  let report: ShadowReport | null = null
  let ours = false
  try {
    reportIn(await setShadow(state, table), state)
    ours = true
    if (format === 'pretty')
      console.log(`shadow: ${table.digest.slice(0, 12)} of ${folder} decides beside the running policy`)
    for (let before = ''; ;) {
      await sleep(LOOK_EVERY_MS, undefined, { signal: enough.signal }).catch(() => undefined)
      report = reportIn(await fetchShadow(state), state)
      if (report?.digest !== table.digest) {
        ours = false
        throw new CommandFailure('shadow: another one took its place, or ended it', 1)
      }
      if (enough.signal.aborted) break
      const line = renderShadowCounts(report)
      if (format === 'pretty' && line !== before) console.log(line)
      before = line
    }
  } finally {
    enough.dispose()
    if (ours) await setShadow(state, null)
  }
  if (format === 'json') console.log(JSON.stringify({ version: 1, ...report }, null, 2))
  else console.log(renderShadow(report))
}

/** @throws CommandFailure when the gateway gave none */
function reportIn(answer: ShadowAnswer, state: string): ShadowReport | null {
  if (answer.kind === 'shadow') return answer.report
  if (answer.kind === 'not-running') {
    throw new CommandFailure(`no gateway runs on the state folder ${state}; start one with \`aicc serve\``, 1)
  }
  throw new CommandFailure(answer.message, 1)
}

interface End {
  signal: AbortSignal
  dispose: () => void
}

/** Ctrl-C, a signal, or the time that was given. */
function createEnd(afterMs: number | null): End {
  const end = new AbortController()
  const onSignal = (): void => end.abort()
  const timer = afterMs === null ? undefined : setTimeout(onSignal, afterMs)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, onSignal)
  return {
    signal: end.signal,
    dispose: () => {
      clearTimeout(timer)
      for (const name of signals) process.off(name, onSignal)
    },
  }
}

function toMs(text: string): number {
  const duration = parseDuration(text)
  if (duration.ok) return duration.value
  throw new InvalidArgumentError('write a duration such as 30s or 10m')
}
