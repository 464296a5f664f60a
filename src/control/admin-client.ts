/**
 * The other end of the admin API: how commands speak to the gateway that runs on a state folder.
 */
import type { AlertsReport, AlertTestResult } from '../table/alert-status.ts'
import type { RouteTable } from '../table/route-table.ts'
import type { HistoryEntry, HistoryPage, TraceReport } from '../table/history.ts'
import type { ShadowReport } from '../table/shadow-report.ts'
import type { UsageReport } from '../table/usage-report.ts'
import type { Environment } from './build-snapshot.ts'
import type { GatewayStatus } from './gateway-status.ts'
import { formatListener } from './listen-address.ts'
import type { ModeStatus } from './mode-status.ts'
import { findRunning } from './run-file.ts'
import { readIfThere, statePaths } from './state-folder.ts'

/** A reload may start a new edge. */
const ANSWER_WITHIN_MS = 30_000

/** The one status by which the admin API says no to what was asked; any other means that it was not asked rightly. */
const REFUSED = 409

export type ReloadAnswer =
  | { kind: 'not-running' }
  | { kind: 'reloaded'; digest: string; how: 'swapped' | 'restarted' | 'unchanged' }
  /** It was asked, and says no: the message holds its diagnostics. */
  | { kind: 'refused'; message: string }
  /** It could not be asked. */
  | { kind: 'failed'; message: string }

export type StatusAnswer =
  | { kind: 'not-running' }
  | { kind: 'running'; status: GatewayStatus }
  | { kind: 'failed'; message: string }

/** Asks the gateway on that state folder to compile its policies anew. */
export async function requestReload(
  stateDir: string,
  environment: Environment = process.env,
): Promise<ReloadAnswer> {
  const answer = await call(stateDir, environment, { method: 'POST', path: '/admin/reload' })
  if (answer.kind !== 'answered') return answer
  const body = answer.body as { digest: string; how: 'swapped' | 'restarted' | 'unchanged' }
  return { kind: 'reloaded', digest: body.digest, how: body.how }
}

export async function fetchStatus(
  stateDir: string,
  environment: Environment = process.env,
): Promise<StatusAnswer> {
  const answer = await call(stateDir, environment, { method: 'GET', path: '/admin/status' })
  if (answer.kind === 'refused') return { kind: 'failed', message: answer.message }
  if (answer.kind !== 'answered') return answer
  return { kind: 'running', status: answer.body as GatewayStatus }
}

export type ModesAnswer =
  | { kind: 'not-running' }
  | { kind: 'modes'; modes: ModeStatus[] }
  | { kind: 'refused'; message: string }
  | { kind: 'failed'; message: string }

export async function fetchModes(
  stateDir: string,
  environment: Environment = process.env,
): Promise<ModesAnswer> {
  const answer = await call(stateDir, environment, { method: 'GET', path: '/admin/modes' })
  if (answer.kind !== 'answered') return answer
  return { kind: 'modes', modes: (answer.body as { modes: ModeStatus[] }).modes }
}

/** @param on null asks how it stands */
export async function switchMode(
  stateDir: string,
  { name, on }: { name: string; on: boolean | null },
  environment: Environment = process.env,
): Promise<ModesAnswer> {
  const path = `/admin/modes/${encodeURIComponent(name)}`
  const request =
    on === null ? { method: 'GET' as const, path } : { method: 'PUT' as const, path, body: { on } }
  const answer = await call(stateDir, environment, request)
  if (answer.kind !== 'answered') return answer
  return { kind: 'modes', modes: [answer.body as ModeStatus] }
}

export type ShadowAnswer =
  | { kind: 'not-running' }
  | { kind: 'shadow'; report: ShadowReport | null }
  | { kind: 'refused'; message: string }
  | { kind: 'failed'; message: string }

/** Lets a candidate table decide beside the live one; null ends that. */
export async function setShadow(
  stateDir: string,
  table: RouteTable | null,
  environment: Environment = process.env,
): Promise<ShadowAnswer> {
  const path = '/admin/shadow'
  const request =
    table === null ? { method: 'DELETE' as const, path } : { method: 'PUT' as const, path, body: { table } }
  const answer = await call(stateDir, environment, request)
  return answer.kind === 'answered' ? { kind: 'shadow', report: null } : answer
}

export async function fetchShadow(
  stateDir: string,
  environment: Environment = process.env,
): Promise<ShadowAnswer> {
  const answer = await call(stateDir, environment, { method: 'GET', path: '/admin/shadow' })
  if (answer.kind !== 'answered') return answer
  return { kind: 'shadow', report: (answer.body as { report: ShadowReport | null }).report }
}

export type UsageAnswer =
  | { kind: 'not-running' }
  | { kind: 'usage'; report: UsageReport }
  | { kind: 'refused'; message: string }
  | { kind: 'failed'; message: string }

/** @param asked as the admin API takes it: `by`, `since`, `until`, `client` */
export async function fetchUsage(
  stateDir: string,
  asked: Readonly<Record<string, string>>,
  environment: Environment = process.env,
): Promise<UsageAnswer> {
  const path = `/admin/usage?${new URLSearchParams(asked).toString()}`
  const answer = await call(stateDir, environment, { method: 'GET', path })
  return answer.kind === 'answered' ? { kind: 'usage', report: answer.body as UsageReport } : answer
}

export type HistoryAnswer<T> =
  | { kind: 'not-running' }
  | { kind: 'found'; found: T }
  | { kind: 'refused'; message: string }
  | { kind: 'failed'; message: string }

/** @param asked as the admin API takes it: `client`, `status`, `since`, `limit` and so on */
export async function fetchRequests(
  stateDir: string,
  asked: Readonly<Record<string, string>>,
  environment: Environment = process.env,
): Promise<HistoryAnswer<HistoryPage>> {
  const path = `/admin/requests?${new URLSearchParams(asked).toString()}`
  const answer = await call(stateDir, environment, { method: 'GET', path })
  return answer.kind === 'answered' ? { kind: 'found', found: answer.body as HistoryPage } : answer
}

/** @param id its own, or its correlation id */
export async function fetchRequest(
  stateDir: string,
  id: string,
  environment: Environment = process.env,
): Promise<HistoryAnswer<HistoryEntry>> {
  const answer = await call(stateDir, environment, {
    method: 'GET',
    path: `/admin/requests/${encodeURIComponent(id)}`,
  })
  return answer.kind === 'answered' ? { kind: 'found', found: answer.body as HistoryEntry } : answer
}

export async function fetchTrace(
  stateDir: string,
  id: string,
  environment: Environment = process.env,
): Promise<HistoryAnswer<TraceReport>> {
  const answer = await call(stateDir, environment, {
    method: 'GET',
    path: `/admin/requests/${encodeURIComponent(id)}/trace`,
  })
  return answer.kind === 'answered' ? { kind: 'found', found: answer.body as TraceReport } : answer
}

/** @returns metrics in Prometheus' text format */
export async function fetchMetrics(
  stateDir: string,
  environment: Environment = process.env,
): Promise<HistoryAnswer<string>> {
  const answer = await call(stateDir, environment, { method: 'GET', path: '/metrics' })
  return answer.kind === 'answered' ? { kind: 'found', found: answer.body as string } : answer
}

export async function fetchAlerts(
  stateDir: string,
  environment: Environment = process.env,
): Promise<HistoryAnswer<AlertsReport>> {
  const answer = await call(stateDir, environment, { method: 'GET', path: '/admin/alerts' })
  return answer.kind === 'answered' ? { kind: 'found', found: answer.body as AlertsReport } : answer
}

/** Has a message sent to who is told of an alert, and waits for what becomes of it. */
export async function testAlert(
  stateDir: string,
  name: string,
  environment: Environment = process.env,
): Promise<HistoryAnswer<AlertTestResult[]>> {
  const path = `/admin/alerts/${encodeURIComponent(name)}/test`
  const answer = await call(stateDir, environment, { method: 'POST', path })
  if (answer.kind !== 'answered') return answer
  return { kind: 'found', found: (answer.body as { results: AlertTestResult[] }).results }
}

type Answer =
  | { kind: 'not-running' }
  | { kind: 'answered'; body: unknown }
  | { kind: 'refused'; message: string }
  | { kind: 'failed'; message: string }

async function call(
  stateDir: string,
  environment: Environment,
  { method, path, body: sent }: { method: 'GET' | 'POST' | 'PUT' | 'DELETE'; path: string; body?: object },
): Promise<Answer> {
  const run = await findRunning(stateDir)
  if (run === null) return { kind: 'not-running' }
  const token = environment['AICC_ADMIN_TOKEN'] || (await readIfThere(statePaths(stateDir).adminToken)) || ''
  let response: Response
  try {
    response = await fetch(`http://${formatListener(run.admin)}${path}`, {
      method,
      headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
      body: sent === undefined ? null : JSON.stringify(sent),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
  } catch (error) {
    // Its file was left behind and its pid has a new owner.
    if (isRefused(error)) return { kind: 'not-running' }
    const why = error instanceof Error ? error.message : String(error)
    return { kind: 'failed', message: `the gateway (pid ${run.pid}) does not answer: ${why}` }
  }
  const isText = response.headers.get('content-type')?.startsWith('text/plain') ?? false
  const body: unknown = isText ? await response.text() : await response.json().catch(() => null)
  if (response.ok) return { kind: 'answered', body }
  const message = reasonIn(body, response.status)
  return response.status === REFUSED ? { kind: 'refused', message } : { kind: 'failed', message }
}

function reasonIn(body: unknown, status: number): string {
  const { rendered, error } = (body ?? {}) as { rendered?: string; error?: { message?: string } }
  return rendered ?? error?.message ?? `the gateway answered ${status}`
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined
  return cause?.code === 'ECONNREFUSED'
}
