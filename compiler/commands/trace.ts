/** `aicc trace ID`: the trace of a request, where it is, and what Langfuse has of it. */
import { Command } from 'commander'
import { fetchTrace } from '../../src/control/admin-client.ts'
import type { ReadTrace } from '../../src/control/doctor/read-langfuse.ts'
import type { TraceReport } from '../../src/table/history.ts'
import { CommandFailure } from './command-failure.ts'
import { compilePolicies } from './compile-policies.ts'
import { readEnvironment } from './environment.ts'
import { foundIn } from './found-in.ts'
import { renderTrace } from './render-trace.ts'
import { jsonOption, policiesOption, stateOption } from './shared-options.ts'

interface TraceFlags {
  policies: string
  state: string
  langfuse?: boolean
  json?: boolean
}

export function traceCommand(): Command {
  return new Command('trace')
    .description('show the trace of a request: its attempts in time, and which sinks have it')
    .argument('<id>', 'its correlation id, as the header x-correlation-id has it, or its own')
    .option('--langfuse', 'ask Langfuse what it has of it, with the keys of the policy')
    .addOption(policiesOption())
    .addOption(stateOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Times are from the records of the gateway, which hold no text: starts of attempts are approximate.
Exit code: 0 shown, 1 no gateway answers, it knows no such request, or Langfuse cannot be asked,
2 with --langfuse: it does not have the trace.

Examples:
  $ aicc trace my-request-17
  $ aicc trace 5f0c1a9e-3c39-4d0e-9f0a-7f1f0c9f7b11 --langfuse --json`,
    )
    .action(async (id: string, flags: TraceFlags) => {
      const report = foundIn(await fetchTrace(flags.state, id), flags.state)
      const langfuse = flags.langfuse === true ? await readBack(report, flags.policies) : undefined
      const shown = { ...report, ...(langfuse !== undefined && { langfuse }) }
      console.log(flags.json ? JSON.stringify(shown, null, 2) : renderTrace(report, langfuse))
      if (langfuse !== undefined) process.exitCode = { found: 0, failed: 1, missing: 2 }[langfuse.kind]
    })
}

/** @throws CommandFailure where there is nothing to ask for, or nobody to ask */
async function readBack(report: TraceReport, policies: string): Promise<ReadTrace> {
  const at = report.sinks.find(({ sink }) => sink === 'langfuse')
  if (at === undefined) {
    throw new CommandFailure('Langfuse was never to have a trace of it: no sink, or a label kept it back', 1)
  }
  if (at.state === 'waiting') {
    throw new CommandFailure('its trace still waits for Langfuse; `aicc status` says why', 1)
  }
  if (at.state === 'given-up') {
    throw new CommandFailure(`its trace was given up, Langfuse never took it: ${at.why ?? ''}`, 1)
  }
  if (at.state === 'dropped') {
    throw new CommandFailure('its trace was dropped: too many waited for Langfuse, and the oldest went', 1)
  }
  // Loaded late: the client of Langfuse is large.
  const { readLangfuse } = await import('../../src/control/doctor/read-langfuse.ts')
  const table = await compilePolicies(policies)
  const sink = table.trace?.find(({ kind }) => kind === 'langfuse')
  if (sink?.kind !== 'langfuse') throw new CommandFailure('the policy names no server of Langfuse', 1)
  const environment = await readEnvironment()
  const [publicKey, secretKey] = [environment[sink.publicKey.env], environment[sink.secretKey.env]]
  if (!publicKey || !secretKey) {
    throw new CommandFailure(`${sink.publicKey.env} and ${sink.secretKey.env} must be set`, 1)
  }
  return readLangfuse({ url: sink.url, publicKey, secretKey }, report.traceId, report.request.startedAt)
}
