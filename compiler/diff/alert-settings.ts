/** An alert of the policy, who is told of it, and a sink of traces, as settings in words: what says most stands first. */
import type { Alert, AlertReceiver, AlertScope } from '../../src/table/alert-policy.ts'
import type { TracePolicy } from '../../src/table/trace-policy.ts'
import { formatDuration } from '../check/format-duration.ts'
import type { Settings } from './addresses.ts'

export function ofAlert(alert: Alert): Settings {
  const { measure, clearsAt, forMs, clearsAfterMs, repeatMs, to } = alert
  const settings: Settings = {
    watches: watched(alert),
    to: to.length === 0 ? 'only the log is told' : `told to ${to.join(', ')}`,
  }
  if ('scope' in measure) {
    settings['over'] = formatDuration(measure.overMs)
    settings['atLeast'] = `${measure.atLeast} requests`
  }
  if (measure.kind !== 'backend-down') {
    settings['clearsAt'] = inUnit(measure.kind, clearsAt)
  }
  settings['for'] = formatDuration(forMs)
  settings['clearsAfter'] = formatDuration(clearsAfterMs)
  settings['repeat'] = repeatMs === null ? 'off' : formatDuration(repeatMs)
  return settings
}

/** By the keys of the policy language. */
function watched({ measure, side, bound }: Alert): string {
  const fires = `${side} ${inUnit(measure.kind, bound)}`
  switch (measure.kind) {
    case 'backend-down':
      return `backendDown ${measure.backends.join(', ')}`
    case 'budget':
      return `budget ${fires}, client ${measure.clients.join(', ')}`
    case 'trace-age':
      return `traceAge ${fires}`
    case 'error-rate':
      return `errorRate ${fires}${ofWhich(measure.scope)}`
    case 'p95':
      return `p95 ${fires}${ofWhich(measure.scope)}`
    case 'first-token':
      return `firstToken ${fires}${ofWhich(measure.scope)}`
    case 'cache-rate':
      break
  }
  return `cacheRate ${fires}${ofWhich(measure.scope)}`
}

function ofWhich({ clients, models, backends, rules }: AlertScope): string {
  const part = (what: string, names: readonly string[] | null): string =>
    names === null ? '' : `, ${what} ${names.join(', ')}`
  return part('client', clients) + part('model', models) + part('backend', backends) + part('rule', rules)
}

function inUnit(kind: Alert['measure']['kind'], value: number): string {
  return kind === 'p95' || kind === 'first-token' || kind === 'trace-age'
    ? formatDuration(value)
    : `${value} %`
}

export function ofReceiver({ webhook, username }: AlertReceiver): Settings {
  return { webhook: webhook.env, username: username ?? "the webhook's own name" }
}

export function ofSink(sink: TracePolicy): Settings {
  const { url, content, environment, backlog } = sink
  const common = {
    url,
    content,
    environment: environment ?? 'its default',
    backlog: `${backlog} traces`,
  }
  if (sink.kind === 'langfuse') {
    return { ...common, publicKey: sink.publicKey.env, secretKey: sink.secretKey.env }
  }
  const headers = Object.entries(sink.headers).map(([name, { env }]) => [`headers.${name}`, env])
  return { ...common, ...(Object.fromEntries(headers) as Settings) }
}
