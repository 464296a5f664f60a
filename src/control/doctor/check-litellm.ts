/**
 * What a LiteLLM proxy does on its own: fallbacks that leave the path which the policy chose, and callbacks that copy traffic.
 */
import type { Answer, BackendClient } from './backend-client.ts'
import type { Report } from './finding.ts'

/** Hooks that LiteLLM itself brings for limits, routing, metrics and its own database. */
const OWN_HOOK =
  /^(_proxy|<bound method|(?:a?sync_)?deployment_callback|servicelogging|prometheus|responsesidsecurity|skillsinjectionhook|promptcacheobserver|cache$)/i

/** @param joins the policy says that it traces to Langfuse itself */
export async function checkLiteLlm(client: BackendClient, joins: boolean, report: Report): Promise<void> {
  const readiness = await client.ask(`${client.root}/health/readiness`)
  if ('error' in readiness || readiness.status !== 200) {
    reportNotReady(readiness, report)
    return
  }
  const database = databaseState(readiness.body)
  if (database !== null && !['connected', 'Not connected'].includes(database)) {
    const help = 'it serves without looking up virtual keys and budgets until the database is back'
    report('database', 'warn', `LiteLLM's database is ${database}`, help)
  }
  const { litellm_version: version, success_callbacks: callbacks } = await readDetails(client, readiness.body)
  report('ready', 'ok', `LiteLLM ${typeof version === 'string' ? `${version} ` : ''}is ready`)
  checkCallbacks({ told: namesIn(callbacks), listed: await listCallbacks(client) }, joins, report)
  await checkConfig(client, report)
}

function reportNotReady(readiness: Answer, report: Report): void {
  if ('error' in readiness) {
    report('ready', 'fail', `LiteLLM is not ready: GET /health/readiness: ${readiness.error}`)
    return
  }
  const database = databaseState(readiness.body)
  const why = database === null ? '' : `, its database is ${database}`
  report('ready', 'fail', `LiteLLM is not ready (${readiness.status} on GET /health/readiness)${why}`)
}

/** `connected`, `Not connected` (it has none), `disconnected` or `stalled`; null when the probe does not say. */
export function databaseState(probe: unknown): string | null {
  const { db } = (probe ?? {}) as { db?: unknown }
  return typeof db === 'string' ? db : null
}

/** Older versions put them into the open probe, newer ones show them to a key only. */
async function readDetails(client: BackendClient, probe: unknown): Promise<Record<string, unknown>> {
  const open = (probe ?? {}) as Record<string, unknown>
  if (Array.isArray(open['success_callbacks'])) return open
  const answer = await client.ask(`${client.root}/health/readiness/details`)
  return 'error' in answer || answer.status !== 200 ? {} : ((answer.body ?? {}) as Record<string, unknown>)
}

interface Callbacks {
  /** By its probe, which leaves out those of `callbacks` that are made with the first request; null = it does not say. */
  told: readonly string[] | null
  /** All of them; null = it does not say. */
  listed: readonly string[] | null
}

/** Wants a key that may look, and a version that has it. */
async function listCallbacks(client: BackendClient): Promise<string[] | null> {
  const answer = await client.ask(`${client.root}/callbacks/list`)
  if ('error' in answer || answer.status !== 200) return null
  const { success, failure, success_and_failure: both } = (answer.body ?? {}) as Record<string, unknown>
  const lists = [success, failure, both].map(namesIn)
  return lists.includes(null) ? null : lists.flatMap((list) => list ?? [])
}

function namesIn(list: unknown): string[] | null {
  return Array.isArray(list) ? list.map(String) : null
}

function checkCallbacks({ told, listed }: Callbacks, joins: boolean, report: Report): void {
  const names = new Set([...(listed ?? []), ...(told ?? [])].filter((name) => !OWN_HOOK.test(name)))
  // The one makes the other.
  if (names.has('langfuse_otel')) names.delete('OpenTelemetryV2')
  const [tracing, sending] = [[...names].filter(isLangfuse), [...names].filter((name) => !isLangfuse(name))]
  if (tracing.length > 0 || (joins && listed !== null)) checkTracing(tracing, joins, report)
  if (sending.length === 0) {
    reportNone({ told, listed, tracing }, report)
    return
  }
  report(
    'callbacks',
    'warn',
    `LiteLLM has callbacks: ${sending.join(', ')}`,
    'they may copy prompts elsewhere and count cost twice; remove them from `litellm_settings` or make sure they are wanted',
  )
}

function isLangfuse(callback: string): boolean {
  return /langfuse/i.test(callback)
}

function checkTracing(callbacks: readonly string[], joins: boolean, report: Report): void {
  const names = callbacks.join(', ')
  if (!joins) {
    const help =
      'it sends text of requests there, whatever `content` of `trace` allows; in the project of the gateway these are there ' +
      'twice, with their cost: set `traces: joined` in backends.yaml, or remove the callback'
    report('traces', 'warn', `LiteLLM traces to Langfuse by itself: ${names}`, help)
  } else if (callbacks.length > 0) {
    report('traces', 'ok', `LiteLLM traces to Langfuse, as \`traces: joined\` says: ${names}`)
  } else {
    const help =
      'requests whose trace holds all text have no tokens and no cost there: add the callback, or leave `traces` out'
    report('traces', 'warn', 'LiteLLM has no callback for Langfuse, but `traces: joined` says so', help)
  }
}

/** @param tracing those of which something is said elsewhere */
function reportNone(
  { told, listed, tracing }: Callbacks & { tracing: readonly string[] },
  report: Report,
): void {
  if (listed !== null) {
    const others = tracing.length > 0 ? 'other callbacks' : 'callbacks'
    report('callbacks', 'ok', `LiteLLM reports no ${others} that send traffic elsewhere`)
    return
  }
  const help =
    'see `callbacks` and `success_callback` in its `litellm_settings`: each may copy prompts elsewhere'
  const what = told === null ? 'does not show its callbacks' : 'shows only some of its callbacks'
  report('callbacks', 'warn', `LiteLLM ${what} to this key`, help)
}

/** Needs an admin key there; without one nothing is said of it. */
async function checkConfig(client: BackendClient, report: Report): Promise<void> {
  const answer = await client.ask(`${client.root}/get/config/callbacks`)
  if ('error' in answer || answer.status !== 200) {
    const help =
      'its own `fallbacks` and `num_retries` are switched off per request; leave them out of its configuration'
    report('fallbacks', 'warn', 'LiteLLM does not show its router settings to this key', help)
    return
  }
  const { router_settings: router } = (answer.body ?? {}) as {
    router_settings?: Record<string, unknown> | null
  }
  const settings = Object.entries(router ?? {})
    .filter(([name, value]) => name.endsWith('fallbacks') && isFilled(value))
    .map(([name]) => name)
  if (settings.length === 0) {
    report('fallbacks', 'ok', 'LiteLLM has no fallbacks of its own')
    return
  }
  report(
    'fallbacks',
    'warn',
    `LiteLLM has ${settings.join(' and ')} of its own`,
    'they are switched off per request, yet belong into policy.yaml, where they are checked: remove them there',
  )
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}
