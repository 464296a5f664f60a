/**
 * A backend's failure → what the client is told, in OpenAI's shape. Backends disagree on theirs: vLLM
 * sends integer codes, LiteLLM the string "None", mlx a bare string, Ollama a null code.
 */
import { type ErrorCode, GatewayError } from '../../errors.ts'
import { isRecord } from '../../protocols/json-object.ts'

/** A failed attempt: what to tell the client if it was the last one, and whether another may be made. */
export class AttemptFailure extends Error {
  override name = 'AttemptFailure'
  readonly error: GatewayError
  /** False when the request itself is at fault: every target would say the same. */
  readonly retryable: boolean

  constructor(error: GatewayError, retryable: boolean) {
    super(error.message)
    this.error = error
    this.retryable = retryable
  }
}

/** Characters of a backend's own words that are passed on when the failure is its own. */
const MAX_DETAIL = 300

/** Statuses below 500 that speak of the backend or of our place with it, not of the request. */
const BACKEND_AT_FAULT: Record<number, ErrorCode> = {
  401: 'upstream_auth_failed',
  403: 'upstream_auth_failed',
  404: 'upstream_error',
  405: 'upstream_error',
  407: 'upstream_auth_failed',
}

/** A LiteLLM without a database answers a key that it does not know with 400 and this type. */
const LITELLM_UNKNOWN_KEY = 'no_db_connection'

/** @param body the answer's text, as far as it was read */
export function fromStatus(backend: string, response: Response, body: string): AttemptFailure {
  const { status } = response
  const said = messageOf(body)
  const detail = said === null ? '' : `: ${harmless(said)}`
  const refusedKey = status === 400 && errorOf(body)?.['type'] === LITELLM_UNKNOWN_KEY
  const blamed = refusedKey ? 'upstream_auth_failed' : BACKEND_AT_FAULT[status]
  if (blamed === 'upstream_auth_failed') {
    const message = `Backend \`${backend}\` refused the gateway's own key (${status}).`
    return new AttemptFailure(new GatewayError(blamed, message), true)
  }
  if (blamed !== undefined || status < 400 || status >= 500) {
    const code = status === 504 ? 'upstream_timeout' : 'upstream_error'
    const kept = status === 503 || status === 504 ? { status } : {}
    const error = new GatewayError(code, `Backend \`${backend}\` answered ${status}${detail}`, {
      ...kept,
      headers: retryAfter(response),
    })
    return new AttemptFailure(error, true)
  }
  return new AttemptFailure(new PassedOnError(response, body, said), status === 429 || status === 408)
}

/** A failure that came inside a 200. */
export function fromErrorEvent(backend: string, error: Record<string, unknown>): AttemptFailure {
  const said = typeof error['message'] === 'string' ? `: ${harmless(error['message'])}` : ''
  const message = `Backend \`${backend}\` failed${said}`
  return new AttemptFailure(new GatewayError('upstream_error', message), true)
}

/** A 4xx that the request earned: the backend's own words, with code and type made strings or null. */
class PassedOnError extends GatewayError {
  readonly #body: string
  readonly #type: string

  constructor(response: Response, body: string, message: string | null) {
    super('upstream_error', message ?? `The backend answered ${response.status}.`, {
      status: response.status,
      headers: retryAfter(response),
    })
    this.#body = body
    this.#type = response.status === 429 ? 'rate_limit_error' : 'invalid_request_error'
  }

  override toBody(): ReturnType<GatewayError['toBody']> {
    const said = errorOf(this.#body) ?? {}
    const type = textOrNull(said['type']) ?? this.#type
    return {
      error: {
        message: this.message,
        type,
        param: textOrNull(said['param']),
        code: textOrNull(said['code']),
      },
    }
  }
}

function retryAfter(response: Response): Record<string, string> {
  const value = response.headers.get('retry-after')
  return value === null ? {} : { 'retry-after': value }
}

/** A backend's account of its own failure may hold its addresses and keys (LiteLLM #24902). */
function harmless(text: string): string {
  return text
    .slice(0, MAX_DETAIL)
    .replaceAll(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[address]')
    .replaceAll(/\b(?:sk|pk|key|token|bearer)[-_ =:][\w.~+/-]{8,}/gi, '[key]')
}

function messageOf(body: string): string | null {
  const error = errorOf(body)
  return error === null ? null : textOrNull(error['message'])
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
