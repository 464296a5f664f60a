/**
 * One attempt's request to one target: headers from an allow-list, and an address that only the policy can name.
 */
import { BACKEND_KINDS } from '../../backends/kind.ts'
import { GatewayError } from '../../errors.ts'
import { BackendUnreachable, StaleConnection, type BackendRequest } from '../../ports.ts'
import { keyHeaders } from '../../table/key-headers.ts'
import { lacksOf } from '../../table/lacks.ts'
import { lookup } from '../../table/lookup.ts'
import type { Backend, Target } from '../../table/route-table.ts'
import { kept } from '../kept.ts'
import { joinedMembers, type JoinedTrace, traceparentOf, UNLOGGED } from '../trace/joined-trace.ts'
import type { Exchange } from './exchange.ts'
import { AttemptFailure, fromStatus } from './upstream-error.ts'
import { wayTo } from './way-to.ts'
import { wireBody } from './wire-body.ts'
import { wireForm } from './wire-form.ts'
import { wirePath } from './wire-path.ts'

/** Error bodies are read up to here; more says nothing new. */
const MAX_ERROR_BYTES = 64 * 1024

/** A longer name of a field that a translation lost is cut. */
const MAX_LOST_NAME = 80

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
  const { respond, costHeader } = BACKEND_KINDS[backend.kind]
  let response: Response
  exchange.stopwatch.stop()
  try {
    response = await (respond === undefined
      ? fetchOnce(exchange, target.backend, request)
      : respond(request, {
          backend,
          fetch: (asked) => fetchOnce(exchange, target.backend, asked),
          defer: exchange.ports.defer,
        }))
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw unreachable(target.backend, error)
  }
  exchange.journey.toldCost =
    response.ok && costHeader !== undefined ? toldCost(response.headers.get(costHeader)) : null
  if (response.ok) return response
  const body = await readSome(response)
  if (signal.aborted) throw signal.reason
  throw fromStatus(target.backend, { response, body, quirks: BACKEND_KINDS[backend.kind] })
}

/** More than any one request costs, in USD: what says so is no cost. */
const MOST_USD = 10_000

/** @returns nano-USD; null for what is no number, such as LiteLLM's `None` */
function toldCost(usd: string | null): number | null {
  const cost = usd === null || usd.trim() === '' ? Number.NaN : Number(usd)
  return cost >= 0 && cost <= MOST_USD ? Math.round(cost * 1e9) : null
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
  const type = response.headers.get('content-type')
  if (type !== null) headers['content-type'] = type
  for (const name of kind === undefined ? [] : BACKEND_KINDS[kind].responseHeaders) {
    const value = response.headers.get(name)
    if (value !== null) headers[name] = value
  }
  if (exchange.journey.lost.length > 0) headers['x-aicc-lost'] = lostHeader(exchange.journey.lost)
  kept.headers = headers
  return headers
}

/** Names of fields come from the client: what a header cannot hold is left out, and a name of nothing else is `?`. */
function lostHeader(lost: readonly string[]): string {
  const names = lost.map((field) => field.replaceAll(/[^\w.[\]?-]/g, '').slice(0, MAX_LOST_NAME) || '?')
  return [...new Set(names)].join(', ')
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
  const key = lookup(exchange.snapshot.backendKeys, target.backend)
  // Few on purpose: on workerd a header costs 5 us, either way.
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-correlation-id': exchange.correlationId,
  }
  Object.assign(headers, keyHeaders(backend.kind, key))
  const way = wayTo(target, exchange)
  const behaviour = BACKEND_KINDS[backend.kind]
  // What a translation has made is of the gateway's own making: the client's headers say nothing of it.
  if (behaviour.handedOn !== undefined && way.translation === null) {
    for (const [name, judge] of Object.entries(behaviour.handedOn)) {
      const value = exchange.header(name)
      const shown = value === null ? null : judge(value)
      if (shown !== null) headers[name] = shown
    }
  }
  const asked: BackendRequest = {
    method: 'POST',
    origin: backend.origin ?? '',
    path: wirePath(way.wire, backend.basePath),
    headers,
    body: null,
    signal,
    connectTimeoutMs: exchange.model.timeouts.connectMs,
  }
  if (kept.exchange === exchange) kept.request = asked
  const joined = backend.joinsTraces === true ? joining(exchange) : null
  exchange.journey.joined = joined?.withText === true
  if (joined !== null) headers['traceparent'] = traceparentOf(joined)
  const { form } = exchange.request
  const lacks = lacksOf(target, backend, { wire: way.wire, isTranslated: way.translation !== null })
  const tracing = joined === null ? unjoined(exchange, backend) : joinedMembers(joined)
  if (form === undefined) {
    const keepsState = backend.keepsState === true
    const { origin } = backend
    asked.body = wireBody(exchange, target, { behaviour, way, keepsState, lacks, origin, tracing })
    return asked
  }
  const { contentType, bytes } = wireForm(exchange, form, { target, backend, lacks, tracing })
  headers['content-type'] = contentType
  const isPrivate = exchange.labelled || (backend.joinsTraces === true && joined === null)
  if (isPrivate && behaviour.discreetForm !== undefined) Object.assign(headers, behaviour.discreetForm)
  asked.bytes = bytes
  return asked
}

/**
 * A request with a label is one that the backend is told to keep nothing of. A form cannot say that nothing is to be logged,
 * its fields being texts: it joins where the trace may hold all of it, or not at all.
 */
function joining({ labelled, request, journey, bill }: Exchange): JoinedTrace | null {
  if (labelled) return null
  const joined = bill.joining(1 + (journey.failures?.length ?? 0))
  return request.form !== undefined && joined?.withText !== true ? null : joined
}

/**
 * What stands in no trace of ours, such as the question how hard a request is, shows text of it all the same: who traces
 * into the same project is to log nothing of it. Where there is a label, the kind's own members say so.
 */
function unjoined({ labelled, request, snapshot }: Exchange, backend: Backend): typeof UNLOGGED {
  const wouldLog = backend.joinsTraces === true && snapshot.table.trace !== undefined
  return wouldLog && !labelled && request.form === undefined ? UNLOGGED : {}
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
