/**
 * One attempt's request to one target: headers from an allow-list, the body as it came but for the
 * model's id, and an address that only the policy can name.
 */
import { BACKEND_KINDS, type BackendBehaviour } from '../../backends/kind.ts'
import { GatewayError } from '../../errors.ts'
import { BackendUnreachable, StaleConnection, type BackendRequest } from '../../ports.ts'
import { replaceValues } from '../../protocols/json-object.ts'
import { lookup } from '../../table/lookup.ts'
import type { Backend, Target } from '../../table/route-table.ts'
import type { Exchange } from './exchange.ts'
import { AttemptFailure, fromStatus } from './upstream-error.ts'

/** Error bodies are read up to here; more says nothing new. */
const MAX_ERROR_BYTES = 64 * 1024

/**
 * @returns the backend's 2xx answer, its body unread
 * @throws AttemptFailure when the backend cannot be reached or answers anything else;
 *   whatever aborted `signal` when it was aborted
 */
export async function send(exchange: Exchange, target: Target, signal: AbortSignal): Promise<Response> {
  const { table } = exchange.snapshot
  const backend = lookup(table.backends, target.backend)
  if (backend === undefined) throw new Error(`the table has no backend ${target.backend}`)
  mustBePermitted(exchange, target)
  const request = buildRequest(exchange, target, backend, signal)
  const { respond } = BACKEND_KINDS[backend.kind]
  let response: Response
  exchange.stopwatch.stop()
  try {
    response = respond ? await respond(request) : await fetchOnce(exchange, target.backend, request)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw unreachable(target.backend, error)
  }
  if (response.ok) return response
  const body = await readSome(response)
  if (signal.aborted) throw signal.reason
  throw fromStatus(target.backend, response, body)
}

/** Sends it once more where the connection was an old one: what was sent on it nobody has read. */
async function fetchOnce(
  { ports, journey }: Exchange,
  backend: string,
  request: BackendRequest,
): Promise<Response> {
  try {
    return await ports.backendFetch(backend, request)
  } catch (error) {
    if (!(error instanceof StaleConnection) || journey.resent || request.signal.aborted) throw error
    journey.resent = true
    return await ports.backendFetch(backend, request)
  }
}

/** The answer's headers that a client may see. They are made when it begins: what was waited for ends here. */
export function responseHeaders(
  exchange: Exchange,
  target: Target,
  response: Response,
): Record<string, string> {
  const headers: Record<string, string> = {
    ...exchange.answerHeaders,
    'x-aicc-model': exchange.modelName,
    'x-aicc-backend': target.backend,
    'x-aicc-overhead': exchange.stopwatch.ms().toFixed(2),
  }
  const kind = lookup(exchange.snapshot.table.backends, target.backend)?.kind
  const names = ['content-type', ...(kind === undefined ? [] : BACKEND_KINDS[kind].responseHeaders)]
  for (const name of names) {
    const value = response.headers.get(name)
    if (value !== null) headers[name] = value
  }
  return headers
}

/**
 * INVARIANT: no byte of a labelled request leaves for a zone below the label's. decide() has left such targets out
 * already; this is the last line before the wire, and it asks the table anew.
 */
function mustBePermitted({ minZone, snapshot }: Exchange, { backend, model }: Target): void {
  if (minZone === 0) return
  const zone = lookup(snapshot.table.targets, `${backend}/${model}`)?.zone ?? -1
  if (zone < minZone)
    throw new Error(`a request for zone ${minZone} and up was about to reach ${backend}/${model}`)
}

function buildRequest(
  exchange: Exchange,
  target: Target,
  backend: Backend,
  signal: AbortSignal,
): BackendRequest {
  // Few on purpose: on workerd a header costs 5 us, either way.
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-correlation-id': exchange.correlationId,
  }
  const key = lookup(exchange.snapshot.backendKeys, target.backend)
  if (key !== undefined) headers['authorization'] = `Bearer ${key}`
  return {
    method: 'POST',
    origin: backend.origin ?? '',
    path: backend.basePath + exchange.route.backendPath,
    headers,
    body: buildBody(exchange, target, BACKEND_KINDS[backend.kind]),
    signal,
    connectTimeoutMs: exchange.model.timeouts.connectMs,
  }
}

function buildBody(
  { request: { body }, changes, labelled }: Exchange,
  target: Target,
  { addedMembers, emptiedFields, labelledMembers }: BackendBehaviour,
): string {
  const replacements = new Map(changes?.replaced)
  let added = addedMembers
  if (changes !== null && changes.added !== '') added = joinMembers(added, changes.added)
  for (const field of emptiedFields) if (body.spans.has(field)) replacements.set(field, '{}')
  if (labelled) {
    for (const [field, json] of Object.entries(labelledMembers)) {
      if (body.spans.has(field)) replacements.set(field, json)
      else added = joinMembers(added, `${JSON.stringify(field)}:${json}`)
    }
  }
  replacements.set('model', JSON.stringify(target.id))
  const text = replaceValues(body, replacements)
  if (added === '') return text
  const open = text.indexOf('{') + 1
  return `${text.slice(0, open)}${added},${text.slice(open)}`
}

function joinMembers(members: string, more: string): string {
  return members === '' ? more : `${members},${more}`
}

function unreachable(backend: string, error: unknown): AttemptFailure {
  const message =
    error instanceof BackendUnreachable
      ? `Backend \`${backend}\` cannot be reached: ${error.message}`
      : `The connection to backend \`${backend}\` broke before it answered.`
  return new AttemptFailure(new GatewayError('upstream_unreachable', message), 'connect')
}

async function readSome(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder()
  let text = ''
  try {
    while (text.length < MAX_ERROR_BYTES) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    // A cut error body: what arrived must do.
  }
  reader.cancel().catch(() => {})
  return text
}
