/**
 * Every refusal of the gateway: one code table. On the wire it is OpenAI's error object, unless the client's protocol has
 * a shape of its own (`protocols/dialects/`).
 * Codes are stable; messages are for people.
 */

export type ErrorCode =
  | 'malformed_host'
  | 'unknown_host'
  | 'invalid_framing'
  | 'headers_too_large'
  | 'missing_api_key'
  | 'invalid_api_key'
  | 'expired_api_key'
  | 'signature_missing'
  | 'signature_invalid'
  | 'signature_expired'
  | 'signature_replayed'
  | 'too_many_failed_keys'
  | 'rate_limit_exceeded'
  | 'insufficient_quota'
  | 'not_found'
  | 'method_not_allowed'
  | 'unsupported_media_type'
  | 'unsupported_encoding'
  | 'body_too_large'
  | 'body_timeout'
  | 'body_incomplete'
  | 'invalid_utf8'
  | 'invalid_json'
  | 'invalid_form'
  | 'json_too_deep'
  | 'json_too_complex'
  | 'duplicate_key'
  | 'invalid_field'
  | 'field_not_allowed'
  | 'file_url_not_allowed'
  | 'model_not_found'
  | 'model_not_allowed'
  | 'surface_not_served'
  | 'state_not_kept'
  | 'server_tool_not_allowed'
  | 'not_translatable'
  | 'translation_lossy'
  | 'unsupported_parameter'
  | 'blocked_by_policy'
  | 'prompt_injection'
  | 'images_not_allowed'
  | 'label_denied'
  | 'mode_denied'
  | 'not_capable'
  | 'redaction_failed'
  | 'client_gone'
  | 'upstream_unreachable'
  | 'upstream_timeout'
  | 'upstream_error'
  | 'upstream_auth_failed'
  | 'upstream_invalid_answer'
  | 'upstream_interrupted'
  | 'backend_busy'
  | 'not_ready'
  | 'internal_error'

/** code → [HTTP status, OpenAI error type]. */
const CODES: Record<ErrorCode, readonly [number, string]> = {
  malformed_host: [400, 'invalid_request_error'],
  unknown_host: [421, 'invalid_request_error'],
  invalid_framing: [400, 'invalid_request_error'],
  headers_too_large: [431, 'invalid_request_error'],
  missing_api_key: [401, 'authentication_error'],
  invalid_api_key: [403, 'authentication_error'],
  expired_api_key: [403, 'authentication_error'],
  signature_missing: [401, 'authentication_error'],
  signature_invalid: [401, 'authentication_error'],
  signature_expired: [401, 'authentication_error'],
  signature_replayed: [401, 'authentication_error'],
  too_many_failed_keys: [429, 'rate_limit_error'],
  rate_limit_exceeded: [429, 'requests'],
  insufficient_quota: [429, 'insufficient_quota'],
  not_found: [404, 'invalid_request_error'],
  method_not_allowed: [405, 'invalid_request_error'],
  unsupported_media_type: [415, 'invalid_request_error'],
  unsupported_encoding: [415, 'invalid_request_error'],
  body_too_large: [413, 'invalid_request_error'],
  body_timeout: [408, 'invalid_request_error'],
  body_incomplete: [400, 'invalid_request_error'],
  invalid_utf8: [400, 'invalid_request_error'],
  invalid_json: [400, 'invalid_request_error'],
  invalid_form: [400, 'invalid_request_error'],
  json_too_deep: [400, 'invalid_request_error'],
  json_too_complex: [400, 'invalid_request_error'],
  duplicate_key: [400, 'invalid_request_error'],
  invalid_field: [400, 'invalid_request_error'],
  field_not_allowed: [400, 'invalid_request_error'],
  file_url_not_allowed: [400, 'invalid_request_error'],
  model_not_found: [404, 'invalid_request_error'],
  model_not_allowed: [403, 'invalid_request_error'],
  surface_not_served: [400, 'invalid_request_error'],
  state_not_kept: [400, 'invalid_request_error'],
  server_tool_not_allowed: [403, 'policy_error'],
  not_translatable: [400, 'invalid_request_error'],
  translation_lossy: [400, 'policy_error'],
  unsupported_parameter: [400, 'invalid_request_error'],
  blocked_by_policy: [403, 'policy_error'],
  prompt_injection: [403, 'policy_error'],
  images_not_allowed: [400, 'policy_error'],
  label_denied: [403, 'policy_error'],
  mode_denied: [503, 'policy_error'],
  not_capable: [400, 'invalid_request_error'],
  redaction_failed: [400, 'policy_error'],
  client_gone: [499, 'server_error'],
  upstream_unreachable: [502, 'upstream_error'],
  upstream_timeout: [504, 'upstream_error'],
  upstream_error: [502, 'upstream_error'],
  upstream_auth_failed: [502, 'upstream_error'],
  upstream_invalid_answer: [502, 'upstream_error'],
  upstream_interrupted: [502, 'upstream_error'],
  backend_busy: [429, 'rate_limit_error'],
  not_ready: [503, 'server_error'],
  internal_error: [500, 'server_error'],
}

/** OpenAI's error object, see `ErrorResponse` of its OpenAPI document. */
export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null }
}

export interface GatewayErrorOptions {
  /** The request field at fault. */
  param?: string
  /** Overrides the code's status, for answers passed on from a backend. */
  status?: number
  /** Overrides the code's type: OpenAI says there which limit was reached. */
  type?: string
  headers?: Record<string, string>
}

/** A refusal that the client is told of. Thrown anywhere in the pipeline; app.ts turns it into a response. */
export class GatewayError extends Error {
  override name = 'GatewayError'
  readonly code: ErrorCode
  readonly status: number
  readonly options: GatewayErrorOptions

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message)
    this.code = code
    this.status = options.status ?? CODES[code][0]
    this.options = options
  }

  toBody(): ErrorBody {
    const { code, message } = this
    const { type = CODES[code][1], param = null } = this.options
    return { error: { message, type, param, code } }
  }

  /**
   * @param answerHeaders what every answer to this request carries
   * @param body in the shape that the client knows; OpenAI's where nothing else is said
   */
  toResponse(answerHeaders: Record<string, string> = {}, body: object = this.toBody()): Response {
    return Response.json(body, {
      status: this.status,
      headers: { 'cache-control': 'no-store', ...answerHeaders, ...this.options.headers },
    })
  }
}
