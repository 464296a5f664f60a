/** A trace sink: whether it answers and takes our keys; of Langfuse also which version it is, and whether clocks agree. */
import { fetch } from 'undici'
import type { LangfusePolicy, OtlpPolicy, TracePolicy } from '../../table/trace-policy.ts'
import type { Environment } from '../build-snapshot.ts'
import { createReport, type Finding } from './finding.ts'

const ANSWER_MS = 5000
/** Traces of a clock that is further off stand in the wrong place, or are refused. */
const CLOCK_MS = 60_000

type Answer = { status: number; body: unknown; date: string | null } | { why: string }

/** Nothing is written there. */
export function checkTraces(trace: TracePolicy, environment: Environment): Promise<Finding[]> {
  return trace.kind === 'langfuse' ? checkLangfuse(trace, environment) : checkOtlp(trace, environment)
}

/** Asked to take no trace at all, which anybody who speaks OTLP can. */
async function checkOtlp(trace: OtlpPolicy, environment: Environment): Promise<Finding[]> {
  const { findings, report } = createReport('traces otlp')
  const values = Object.entries(trace.headers).map(([name, { env }]) => [name, environment[env]] as const)
  // That one is not set is said with the other secrets.
  if (values.some(([, value]) => !value)) return findings
  const headers = Object.fromEntries(values.map(([name, value]) => [name, value ?? '']))
  const answer = await ask(
    trace.url,
    { ...headers, 'content-type': 'application/json' },
    '{"resourceSpans":[]}',
  )
  if ('why' in answer) {
    report('reach', 'fail', `${trace.url} does not answer: ${answer.why}`, 'traces wait until it does')
    return findings
  }
  const { status } = answer
  const refused = `asked to take no trace, it answers ${status}`
  if (status === 401 || status === 403) report('keys', 'fail', `it refuses the headers (${status})`)
  else if (status === 404 || status === 405) {
    report('reach', 'fail', refused, `most collectors take traces at ${quotedPath(trace.url)}`)
  } else if (status >= 300) report('reach', 'warn', refused)
  else report('reach', 'ok', `${trace.url} takes traces`)
  return findings
}

function quotedPath(url: string): string {
  return `\`${new URL('/v1/traces', url).href}\``
}

async function checkLangfuse(trace: LangfusePolicy, environment: Environment): Promise<Finding[]> {
  const { findings, report } = createReport('traces')
  const health = await ask(`${trace.url}/api/public/health`, {})
  if ('why' in health) {
    report('reach', 'fail', `${trace.url} does not answer: ${health.why}`, 'traces wait until it does')
    return findings
  }
  const version = versionIn(health.body)
  if (health.status >= 400 || version === null) {
    const message = `${trace.url}/api/public/health answers ${health.status}${version === null ? ' without a version' : ''}`
    report('reach', 'warn', message, 'is it a server of Langfuse, and is it well?')
  } else {
    report('reach', 'ok', `Langfuse ${version} answers`)
  }
  const ahead = health.date === null ? Number.NaN : Date.now() - Date.parse(health.date)
  if (Math.abs(ahead) > CLOCK_MS) {
    report('clock', 'warn', `its clock and this one differ by ${Math.round(Math.abs(ahead) / 1000)} s`)
  }
  const [publicKey, secretKey] = [environment[trace.publicKey.env], environment[trace.secretKey.env]]
  // That one is not set is said with the other secrets.
  if (!publicKey || !secretKey) return findings
  const basic = Buffer.from(`${publicKey}:${secretKey}`).toString('base64')
  const project = await ask(`${trace.url}/api/public/projects`, { authorization: `Basic ${basic}` })
  if ('why' in project) report('keys', 'fail', `it does not answer: ${project.why}`)
  else if (project.status === 401 || project.status === 403) {
    const help = `${trace.publicKey.env} and ${trace.secretKey.env} must be the keys of one project there`
    report('keys', 'fail', `it refuses the keys (${project.status})`, help)
  } else if (project.status >= 300)
    report('keys', 'warn', `asked for its project, it answers ${project.status}`)
  else report('keys', 'ok', `it knows the keys${ofProject(project.body)}`)
  return findings
}

/** @param body left out, it is a GET */
async function ask(url: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  try {
    const response = await fetch(url, {
      headers,
      ...(body !== undefined && { method: 'POST', body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    const text = await response.text()
    return { status: response.status, body: parsed(text), date: response.headers.get('date') }
  } catch (error) {
    const { code, name } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
    return { why: code ?? name }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function ofProject(body: unknown): string {
  const { data } = (body ?? {}) as { data?: unknown }
  const { name } = ((Array.isArray(data) ? data[0] : null) ?? {}) as { name?: unknown }
  return typeof name === 'string' ? `, of the project \`${name}\`` : ''
}

function versionIn(body: unknown): string | null {
  const { version } = (body ?? {}) as { version?: unknown }
  return typeof version === 'string' ? version : null
}
