/**
 * The gateway's own side: secrets, certificate, ports, and whether what runs is what is written.
 */
import type { RouteTable } from '../../table/route-table.ts'
import { fetchStatus } from '../admin-client.ts'
import { buildSnapshot, type Environment } from '../build-snapshot.ts'
import { readServerCertificate } from '../certificate-authority.ts'
import { findPortHolder } from '../find-port-holder.ts'
import type { GatewayStatus } from '../gateway-status.ts'
import { parseListenAddress } from '../listen-address.ts'
import { readRunFile } from '../run-file.ts'
import { readIfThere, statePaths } from '../state-folder.ts'
import { createReport, type Finding, type Report } from './finding.ts'

const DAY_MS = 86_400_000

export interface GatewayFacts {
  stateDir: string
  /** Absolute. */
  policies: string
  table: RouteTable
  environment: Environment
}

export async function checkGateway(facts: GatewayFacts): Promise<Finding[]> {
  const { findings, report } = createReport('gateway')
  await checkSecrets(facts, report)
  await checkCertificate(facts.stateDir, report)
  const answer = await fetchStatus(facts.stateDir, facts.environment)
  if (answer.kind === 'running') checkRunning(answer.status, facts, report)
  else if (answer.kind === 'failed') report('running', 'fail', answer.message)
  else await checkStopped(facts, report)
  return findings
}

async function checkSecrets({ stateDir, table, environment }: GatewayFacts, report: Report): Promise<void> {
  // Before the first start the generated key is not there yet; the start makes it.
  const generated = (await readIfThere(statePaths(stateDir).clientKey))?.trim() ?? 'made-at-the-first-start'
  const AICC_CLIENT_KEY = environment['AICC_CLIENT_KEY'] || generated
  const built = buildSnapshot(table, { ...environment, AICC_CLIENT_KEY }, { hosts: [], modesOn: [] })
  if (built.ok) report('secrets', 'ok', 'every secret that the policy names is set')
  else for (const problem of built.problems) report('secrets', 'fail', problem)
}

async function checkCertificate(stateDir: string, report: Report): Promise<void> {
  const certificate = await readServerCertificate(statePaths(stateDir))
  if (certificate === null) {
    report('certificate', 'ok', 'no certificate yet; the first start makes one')
    return
  }
  const days = Math.floor((certificate.notAfter.getTime() - Date.now()) / DAY_MS)
  const until = certificate.notAfter.toISOString().slice(0, 10)
  if (days < 0)
    report('certificate', 'fail', `the certificate expired on ${until}`, 'start the gateway: it renews it')
  else if (days < 25)
    report(
      'certificate',
      'warn',
      `the certificate expires on ${until}`,
      'a running gateway renews it at 30 days',
    )
  else report('certificate', 'ok', `the certificate is valid until ${until} (${days} days)`)
}

function checkRunning(status: GatewayStatus, { policies, table }: GatewayFacts, report: Report): void {
  const { edge, pid } = status
  if (edge.state !== 'running')
    report('running', 'fail', `running as pid ${pid}, but its edge is ${edge.state}`)
  else if (edge.restarts + edge.hangs > 0)
    report(
      'running',
      'warn',
      `running as pid ${pid}; its edge died ${edge.restarts} times, hung ${edge.hangs} times`,
    )
  else report('running', 'ok', `running as pid ${pid}, edge pid ${edge.pid}`)
  if (status.policies !== policies) {
    report('policy', 'warn', `the running gateway serves ${status.policies}, not ${policies}`)
  } else if (status.digest === table.digest) {
    report('policy', 'ok', 'what runs is what is written')
  } else {
    report('policy', 'warn', 'what is written is not yet in force', '`aicc reload` brings it into force')
  }
}

async function checkStopped({ stateDir, table }: GatewayFacts, report: Report): Promise<void> {
  const left = await readRunFile(stateDir)
  if (left === null) report('running', 'ok', 'not running')
  else
    report('running', 'warn', `it was killed (pid ${left.pid}) and left run.json`, 'the next start cleans up')
  for (const name of ['https', 'http'] as const) {
    const listener = parseListenAddress(table.listen[name] ?? 'off')
    if (listener === null || listener.port === 0) continue
    const holder = await findPortHolder(listener.port)
    if (holder === null) report('port', 'ok', `port ${listener.port} for ${name} is free`)
    else
      report(
        'port',
        'fail',
        `port ${listener.port} for ${name} is taken by ${holder}`,
        `stop it, or use --${name}`,
      )
  }
}
