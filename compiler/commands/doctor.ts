/** `aicc doctor`: checks what no compiler can see: backends, certificate, ports, the trace sink, the running gateway. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import type { Environment } from '../../src/control/build-snapshot.ts'
import type { Finding } from '../../src/control/doctor/finding.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import type { TracePolicy } from '../../src/table/trace-policy.ts'
import { compilePolicies } from './compile-policies.ts'
import { countOf } from './count-of.ts'
import { readEnvironment } from './environment.ts'
import { jsonOption, policiesOption, stateOption } from './shared-options.ts'
import { productVersion } from './version.ts'

const MARKS: Record<Finding['verdict'], string> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' }

interface DoctorFlags {
  policies: string
  state: string
  json?: boolean
  sendTrace?: boolean
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check backends, their models, the certificate, ports, the trace sink and the running gateway',
    )
    .addOption(policiesOption())
    .addOption(stateOption())
    .addOption(jsonOption())
    .option(
      '--send-trace',
      'send a trace of its own to each trace sink, and look for it at Langfuse (up to 30 s)',
    )
    .addHelpText(
      'after',
      `
No request reaches a model, and without --send-trace nothing is written anywhere: Langfuse is asked for
the trace of the last request that it took. With --send-trace a trace is left there: called "aicc doctor",
tagged aicc-doctor, without a model, tokens or cost.
Exit code: 0 nothing failed, 2 something did.`,
    )
    .action(async ({ policies, state, json, sendTrace }: DoctorFlags) => {
      // Loaded late: the other commands need none of it.
      const [{ checkBackend }, { checkGateway }] = await Promise.all([
        import('../../src/control/doctor/check-backend.ts'),
        import('../../src/control/doctor/check-gateway.ts'),
      ])
      const table = await compilePolicies(policies)
      const environment = await readEnvironment()
      const perBackend = Object.entries(table.backends).map(([name, backend]) =>
        checkBackend(name, backend, environment),
      )
      const gateway = checkGateway({ stateDir: state, policies: resolve(policies), table, environment })
      const traces = (table.trace ?? []).map((sink) =>
        checkSink(sink, { table, environment, state, isTried: sendTrace === true }),
      )
      const findings = (await Promise.all([...perBackend, gateway, ...traces])).flat()
      console.log(json ? JSON.stringify(findings, null, 2) : renderFindings(findings))
      process.exitCode = findings.some(({ verdict }) => verdict === 'fail') ? 2 : 0
    })
}

interface SinkOptions {
  table: RouteTable
  environment: Environment
  state: string
  isTried: boolean
}

/** Who does not answer, or does not know us, is asked for no more. */
async function checkSink(
  sink: TracePolicy,
  { table: { digest }, environment, state, isTried }: SinkOptions,
): Promise<Finding[]> {
  const [{ checkTraces }, { traceServer }] = await Promise.all([
    import('../../src/control/doctor/check-traces.ts'),
    import('../../src/control/shipping/trace-server.ts'),
  ])
  const findings = await checkTraces(sink, environment)
  const server = traceServer(sink, environment)
  const secrets =
    server.kind === 'langfuse' ? [server.publicKey, server.secretKey] : Object.values(server.headers)
  if (secrets.includes('') || findings.some(({ verdict }) => verdict === 'fail')) return findings
  if (isTried) {
    const [{ tryTraceSink }, { openTraceSink }] = await Promise.all([
      import('../../src/control/doctor/try-trace-sink.ts'),
      import('../../src/runtime/control-node.ts'),
    ])
    return [
      ...findings,
      ...(await tryTraceSink({ server, digest, open: (one) => openTraceSink(one, productVersion()) })),
    ]
  }
  if (server.kind !== 'langfuse') return findings
  const { checkLastTrace } = await import('../../src/control/doctor/check-last-trace.ts')
  return [...findings, ...(await checkLastTrace({ server, digest, environment, stateDir: state }))]
}

function renderFindings(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']): number => findings.filter((f) => f.verdict === verdict).length
  return [
    ...findings.flatMap(({ verdict, subject, message, help }) => [
      `${MARKS[verdict]}  ${subject}: ${message}`,
      ...(help === null ? [] : [`      ${help}`]),
    ]),
    '',
    `doctor: ${count('ok')} ok, ${countOf(count('warn'), 'warning')}, ${count('fail')} failed`,
  ].join('\n')
}
