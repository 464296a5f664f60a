/** Whether Langfuse has the trace of a request that was sent to it: what it took, it may yet not have filed. */
import type { TraceReport } from '../../table/history.ts'
import { fetchRequests, fetchTrace } from '../admin-client.ts'
import type { Environment } from '../build-snapshot.ts'
import { createReport, type Finding } from './finding.ts'
import { readLangfuse, type LangfuseServer } from './read-langfuse.ts'

/** What is younger Langfuse may not have filed yet. */
const OLD_ENOUGH_MS = 60_000
/** Requests that are looked through, the newest first, and traces that are asked for. */
const MOST_REQUESTS = 100
const MOST_TRACES = 10

export interface LastTraceOptions {
  server: LangfuseServer
  stateDir: string
  environment: Environment
  /** Of the policy: another one may have had another server. */
  digest: string
}

/** Nothing is written there. */
export async function checkLastTrace(options: LastTraceOptions): Promise<Finding[]> {
  const { findings, report } = createReport('traces')
  const sent = await lastSent(options)
  if (sent === null) {
    const help =
      'send a request through the gateway and look again a minute later, or send a trace with `aicc doctor --send-trace`'
    report('read', 'ok', 'no request yet whose trace could be looked for', help)
    return findings
  }
  const { request, traceId } = sent
  const read = await readLangfuse(options.server, traceId, request.startedAt)
  const which = `the trace of request ${request.correlationId}`
  if (read.kind === 'found') report('read', 'ok', `it has ${which}`)
  else if (read.kind === 'failed') report('read', 'warn', `it cannot be asked for ${which}: ${read.why}`)
  else {
    const minutes = Math.round((Date.now() - request.endedAt) / 60_000)
    report(
      'read',
      'warn',
      `it took ${which} and does not show it, ${minutes} min later`,
      'does its worker run, and keep up? `aicc doctor --send-trace` tries it anew',
    )
  }
  return findings
}

/** @returns the newest of the policy that Langfuse took and has had time to file; null = there is none, or no gateway to ask */
async function lastSent({ stateDir, environment, digest }: LastTraceOptions): Promise<TraceReport | null> {
  const page = await fetchRequests(stateDir, { limit: String(MOST_REQUESTS) }, environment)
  if (page.kind !== 'found') return null
  const before = Date.now() - OLD_ENOUGH_MS
  const candidates = page.found.entries.filter((one) => one.digest === digest && one.endedAt < before)
  for (const { id } of candidates.slice(0, MOST_TRACES)) {
    const trace = await fetchTrace(stateDir, id, environment)
    if (trace.kind !== 'found') return null
    const isSent = trace.found.sinks.some(({ sink, state }) => sink === 'langfuse' && state === 'sent')
    if (isSent) return trace.found
  }
  return null
}
