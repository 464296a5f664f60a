/**
 * A backend's failure → what the client is told, in OpenAI's shape. Backends disagree on theirs: vLLM
 * sends integer codes, LiteLLM the string "None", mlx a bare string, Ollama a null code.
 */
import { GatewayError } from '../../errors.ts'
import { isRecord } from '../../protocols/json-object.ts'
import { lookup } from '../../table/lookup.ts'
import { retryAfter } from '../../table/retry-after.ts'
import type { FailureCause } from '../../table/route-table.ts'
import { failureCause } from './failure-cause.ts'

/** A failed attempt: what to tell the client if it was the last one, and what another one would have to cure. */
export class AttemptFailure extends Error {
  override name = 'AttemptFailure'
  readonly error: GatewayError
  /** Null when the request itself is at fault: every target would say the same. */
  override readonly cause: FailureCause | null
  /** For how long the backend asked to be left alone, in ms; null = it did not. */
  readonly retryAfterMs: number | null

  constructor(error: GatewayError, cause: FailureCause | null, retryAfterMs: number | null = null) {
    super(error.message)
    this.error = error
    this.cause = cause
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * The backend is there, but does not serve what it was asked for: a path, a method or a model. Another target may, so it
 * is a failure like others. But the same one will say so again, and clients, who choose what they ask for, must not take
 * a target from one another by it.
 */
export class NotServed extends AttemptFailure {
  override name = 'NotServed'
  readonly isLasting = true
}

/**
 * The backend loads its model and says so. It is no failure of it: whoever asks later is answered, so nobody is to be kept
 * from it for having asked too early.
 */
export class Starting extends AttemptFailure {
  override name = 'Starting'
}

/** llama.cpp's words, and those of servers like it. */
const STARTING = /\b(?:loading (?:the )?model|model is (?:still )?(?:being loaded|loading))\b/i

function saysNotServed(status: number): boolean {
  return status === 404 || status === 405 || status === 501 || (status >= 300 && status < 400)
}

/** Anthropic's own: it has more to do than it can. */
const OVERLOADED = 529

/** Failures of a backend's own that clients are told under its status: they say when to come again. */
const KEPT: ReadonlySet<number> = new Set([503, 504, OVERLOADED])

/** Characters of a backend's own words that are passed on when the failure is its own. */
const MAX_DETAIL = 300

/** What an answer's status means at some kinds of backends only. */
export interface StatusQuirks {
  /** It fails by 404, and says why. A path that is not there has no error in it. */
  failsBy404?: true
}

export interface FailedAnswer {
  response: Response
  /** The answer's text, as far as it was read. */
  body: string
  quirks?: StatusQuirks
}

export function fromStatus(backend: string, { response, body, quirks = {} }: FailedAnswer): AttemptFailure {
  const { status } = response
  const said = errorOf(body)
  const cause = failureCause(status, said)
  const wait = retryAfter(response.headers, Date.now())
  if (cause === 'auth') return refusedKey(backend, status)
  const isPassedOn = status >= 400 && status < 500 && status !== 404 && status !== 405
  if (isPassedOn || cause === 'context' || cause === 'content-filter') {
    const answered = { status: isPassedOn ? status : 400, headers: handedOn(wait) }
    const words = isPassedOn ? said : inHarmlessWords(said)
    return new AttemptFailure(new PassedOnError(words ?? {}, cause, answered), cause, wait)
  }
  const text = textOrNull(said?.['message'])
  const detail = text === null ? '' : `: ${harmless(text)}`
  const kept = KEPT.has(status) ? { status } : {}
  const code = status === 504 ? 'upstream_timeout' : 'upstream_error'
  const options = { ...kept, headers: handedOn(wait) }
  const error = new GatewayError(code, `Backend \`${backend}\` answered ${status}${detail}`, options)
  if (status === 503 && text !== null && STARTING.test(text)) return new Starting(error, cause, wait)
  const isNotServed = saysNotServed(status) && !(status === 404 && quirks.failsBy404 && said !== null)
  return isNotServed ? new NotServed(error, cause, wait) : new AttemptFailure(error, cause, wait)
}

/** A failure that came inside a 200. */
export function fromErrorEvent(backend: string, error: Record<string, unknown>): AttemptFailure {
  const status = statusIn(error)
  // Who has said 200 has taken the request: what goes wrong then is not the request's fault, whatever number it bears.
  const cause = failureCause(status, error) ?? 'error'
  if (cause === 'auth') return refusedKey(backend, status)
  if (cause === 'context' || cause === 'content-filter') {
    return new AttemptFailure(new PassedOnError(inHarmlessWords(error) ?? {}, cause, { status: 400 }), cause)
  }
  const said = typeof error['message'] === 'string' ? `: ${harmless(error['message'])}` : ''
  const kept = cause === 'rate-limit' ? { status: 429 } : status === OVERLOADED ? { status } : {}
  const message = `Backend \`${backend}\` failed${said}`
  return new AttemptFailure(new GatewayError('upstream_error', message, kept), cause)
}

/** A refusal for safety that came as an answer without content: what the client hears if nobody else may be asked. */
export function filtered(backend: string): AttemptFailure {
  const message = `Backend \`${backend}\` refused the request by its content filter.`
  return new AttemptFailure(
    new PassedOnError({ message }, 'content-filter', { status: 400 }),
    'content-filter',
  )
}

/** What it says of the key is not repeated. */
function refusedKey(backend: string, status: number): AttemptFailure {
  const message = `Backend \`${backend}\` refused the gateway's own key (${status}).`
  return new AttemptFailure(new GatewayError('upstream_auth_failed', message), 'auth')
}

/** What others call it: Anthropic by type, the Responses API by code. */
const STATUS_BY_NAME: Readonly<Record<string, number>> = {
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  authentication_error: 401,
  permission_error: 403,
  timeout_error: 504,
  overloaded_error: 529,
}

/** Servers that fail inside a 200 (vLLM, LiteLLM) name the status they would have answered, as a number or in digits. */
function statusIn({ code, type }: Record<string, unknown>): number {
  const status = Number(code)
  if (Number.isInteger(status) && status >= 400 && status < 600) return status
  const names = [code, type].filter((name) => typeof name === 'string')
  return names.map((name) => lookup(STATUS_BY_NAME, name)).find((known) => known !== undefined) ?? 500
}

/** The codes that clients know these by, whatever the backend calls them. */
const KNOWN_CODES: Partial<Record<FailureCause, string>> = {
  context: 'context_length_exceeded',
  'content-filter': 'content_filter',
}

/** A 4xx that the request earned: the backend's own words, with code and type made strings or null. */
class PassedOnError extends GatewayError {
  readonly #body: ReturnType<GatewayError['toBody']>

  constructor(
    said: Record<string, unknown>,
    cause: FailureCause | null,
    answered: { status: number; headers?: Record<string, string> },
  ) {
    const { status } = answered
    super('upstream_error', textOrNull(said['message']) ?? `The backend answered ${status}.`, answered)
    const usual = status === 429 ? 'rate_limit_error' : 'invalid_request_error'
    this.#body = {
      error: {
        message: this.message,
        type: textOrNull(said['type']) ?? usual,
        param: textOrNull(said['param']),
        code: (cause === null ? undefined : KNOWN_CODES[cause]) ?? textOrNull(said['code']),
      },
    }
  }

  override toBody(): ReturnType<GatewayError['toBody']> {
    return this.#body
  }
}

/** No client is told to stay away for longer, whatever a backend says. */
const LONGEST_RETRY_S = 86_400

/** @param waitMs for how long the backend asked to be left alone */
function handedOn(waitMs: number | null): Record<string, string> {
  if (waitMs === null) return {}
  return { 'retry-after': String(Math.min(LONGEST_RETRY_S, Math.ceil(waitMs / 1000))) }
}

/** A backend's account of its own failure may hold its addresses and keys (LiteLLM #24902). */
function harmless(text: string): string {
  return text
    .slice(0, MAX_DETAIL)
    .replaceAll(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[address]')
    .replaceAll(/\b(?:sk|pk|key|token|bearer)[-_ =:][\w.~+/-]{8,}/gi, '[key]')
}

function inHarmlessWords(said: Record<string, unknown> | null): Record<string, unknown> | null {
  const message = textOrNull(said?.['message'])
  return message === null ? said : { ...said, message: harmless(message) }
}

/** `{error: {…}}`, `{error: "…"}` (mlx, Ollama native), `{message}` or `{detail}` (FastAPI). */
function errorOf(body: string): Record<string, unknown> | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return null
  }
  if (!isRecord(parsed)) return null
  const { error } = parsed
  if (isRecord(error)) return error
  const message = error ?? parsed['message'] ?? parsed['detail']
  return { message: typeof message === 'object' ? JSON.stringify(message) : message }
}

function textOrNull(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' && value !== 'None' ? value : null
}
