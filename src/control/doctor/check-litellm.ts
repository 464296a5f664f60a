/**
 * What a LiteLLM proxy does on its own: fallbacks that leave the path which the policy chose, and callbacks that copy traffic.
 */
import type { Answer, BackendClient } from './backend-client.ts'
import type { Report } from './finding.ts'

/** Hooks that LiteLLM itself brings for limits, routing, metrics and its own database. */
const OWN_HOOK =
  /^(_proxy|<bound method|sync_deployment|async_deployment|servicelogging|prometheus|responsesidsecurity|skillsinjectionhook|promptcacheobserver|cache$)/i

export async function checkLiteLlm(client: BackendClient, report: Report): Promise<void> {
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
  checkCallbacks(callbacks, report)
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

function checkCallbacks(callbacks: unknown, report: Report): void {
  if (!Array.isArray(callbacks)) {
    const help =
      'see `callbacks` and `success_callback` in its `litellm_settings`: each may copy prompts elsewhere'
    report('callbacks', 'warn', 'LiteLLM does not show its callbacks to this key', help)
    return
  }
  const sending = callbacks.map(String).filter((name) => !OWN_HOOK.test(name))
  if (sending.length === 0) {
    report('callbacks', 'ok', 'LiteLLM reports no callbacks that send traffic elsewhere')
    return
  }
  report(
    'callbacks',
    'warn',
    `LiteLLM has callbacks: ${sending.join(', ')}`,
    'they may copy prompts elsewhere and count cost twice; remove them from `litellm_settings` or make sure they are wanted',
  )
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
