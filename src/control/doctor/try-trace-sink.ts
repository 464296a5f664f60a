/** A trace of the doctor's own: sent through a sink as those of requests are, and looked for at Langfuse. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TraceDelivery, TraceServer, TraceSink } from '../../table/trace-sink.ts'
import { traceIds } from '../../table/trace-ids.ts'
import type { OutgoingTrace } from '../../table/trace-text.ts'
import { createReport, type Finding, type Report } from './finding.ts'
import { readLangfuse, type LangfuseServer } from './read-langfuse.ts'

/** Under which it is found, and told from requests. */
const NAME = 'aicc doctor'
const TAG = 'aicc-doctor'

export interface TrialOptions {
  server: TraceServer
  open: (server: TraceServer) => TraceSink
  /** Of the policy. */
  digest: string
  /** For how long it is looked for. Langfuse files what it took some seconds later. */
  withinMs?: number
  everyMs?: number
}

export async function tryTraceSink(options: TrialOptions): Promise<Finding[]> {
  const { server, open, digest } = options
  const { findings, report } = createReport(server.kind === 'langfuse' ? 'traces' : 'traces otlp')
  const trace = trialTrace(digest, Date.now())
  const sink = open(server)
  let delivery: TraceDelivery
  try {
    delivery = await sink.send([trace], AbortSignal.timeout(60_000))
  } finally {
    await sink.close()
  }
  const refusal = refusalIn(delivery)
  if (refusal !== null) {
    report('send', 'fail', `it does not take a trace: ${refusal}`, helpFor(delivery))
    return findings
  }
  const { traceId } = traceIds(trace.id, undefined)
  if (server.kind === 'langfuse') await lookFor(server, { ...options, traceId, at: trace.startedAt }, report)
  else
    report(
      'send',
      'ok',
      `it took the trace ${traceId}, called \`${NAME}\`; whether it keeps it nobody can ask`,
    )
  return findings
}

/** A request that asked nobody for anything: it has no model, no tokens and no cost. */
function trialTrace(digest: string, now: number): OutgoingTrace {
  const id = randomUUID()
  return {
    seq: 1,
    id,
    correlationId: id,
    startedAt: now,
    endedAt: now,
    client: TAG,
    surface: NAME,
    asked: null,
    model: null,
    backend: null,
    backendModel: null,
    rule: null,
    digest,
    stream: false,
    status: 200,
    error: null,
    attempts: 0,
    failures: [],
    firstTokenMs: null,
    overheadUs: null,
    queuedMs: null,
    tags: [TAG],
    lost: 0,
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    estimated: false,
    cost: null,
    verdict: null,
  }
}

/** @returns null = it took it */
function refusalIn({ done, dead, spansRefused, problem }: TraceDelivery): string | null {
  if (done.length > 0 && spansRefused === 0) return null
  return dead[0]?.why ?? problem ?? 'it refuses its span'
}

function helpFor({ dead, inDoubt }: TraceDelivery): string {
  if (inDoubt > 0)
    return 'something between here and there breaks off; traces would be sent again, and may be there twice'
  if (dead.length === 0) return 'traces wait until it does'
  return 'traces of requests would be given up: is it the server, and the version, that it says it is?'
}

async function lookFor(
  server: LangfuseServer,
  { traceId, at, withinMs = 30_000, everyMs = 1000 }: TrialOptions & { traceId: string; at: number },
  report: Report,
): Promise<void> {
  const sentAt = performance.now()
  const since = (): number => performance.now() - sentAt
  let read = await readLangfuse(server, traceId, at)
  while (read.kind !== 'found' && since() < withinMs) {
    await sleep(everyMs)
    read = await readLangfuse(server, traceId, at)
  }
  const took = `the trace ${traceId}, tagged \`${TAG}\``
  if (read.kind === 'found')
    report('read', 'ok', `it has ${took}, ${Math.round(since() / 1000)} s after it took it`)
  else if (read.kind === 'failed')
    report('read', 'warn', `it took ${took}, and cannot be asked for it: ${read.why}`)
  else {
    const help = 'does its worker run, and keep up? What came in waits there before it is filed'
    report(
      'read',
      'warn',
      `it took ${took}, and does not show it ${Math.round(since() / 1000)} s later`,
      help,
    )
  }
}
