/** `aicc doctor`: checks what no compiler can see: backends, certificate, ports, the trace sink, the running gateway. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import type { Finding } from '../../src/control/doctor/finding.ts'
import { compilePolicies } from './compile-policies.ts'
import { readEnvironment } from './environment.ts'
import { jsonOption, policiesOption, stateOption } from './shared-options.ts'

const MARKS: Record<Finding['verdict'], string> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' }

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check backends, their models, the certificate, ports, the trace sink and the running gateway',
    )
    .addOption(policiesOption())
    .addOption(stateOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nNo request reaches a model. Exit code: 0 nothing failed, 2 something did.')
    .action(async ({ policies, state, json }: { policies: string; state: string; json?: boolean }) => {
      // Loaded late: the other commands need none of it.
      const [{ checkBackend }, { checkGateway }, { checkTraces }] = await Promise.all([
        import('../../src/control/doctor/check-backend.ts'),
        import('../../src/control/doctor/check-gateway.ts'),
        import('../../src/control/doctor/check-traces.ts'),
      ])
      const table = await compilePolicies(policies)
      const environment = await readEnvironment()
      const perBackend = Object.entries(table.backends).map(([name, backend]) =>
        checkBackend(name, backend, environment),
      )
      const gateway = checkGateway({ stateDir: state, policies: resolve(policies), table, environment })
      const traces = (table.trace ?? []).map((sink) => checkTraces(sink, environment))
      const findings = (await Promise.all([...perBackend, gateway, ...traces])).flat()
      console.log(json ? JSON.stringify(findings, null, 2) : renderFindings(findings))
      process.exitCode = findings.some(({ verdict }) => verdict === 'fail') ? 2 : 0
    })
}

function renderFindings(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']): number => findings.filter((f) => f.verdict === verdict).length
  return [
    ...findings.flatMap(({ verdict, subject, message, help }) => [
      `${MARKS[verdict]}  ${subject}: ${message}`,
      ...(help === null ? [] : [`      ${help}`]),
    ]),
    '',
    `doctor: ${count('ok')} ok, ${count('warn')} warnings, ${count('fail')} failed`,
  ].join('\n')
}
