/**
 * What a backend's refusal is about, by its status and its words. Backends disagree on both: a prompt that is too long is
 * a code at OpenAI, a type at llama.cpp and a sentence at most others.
 */
import { isRecord } from '../../protocols/json-object.ts'
import type { FailureCause } from '../../table/route-table.ts'

/** Of other statuses below 500 the request itself is at fault. A 404 or 405 says that the address leads elsewhere. */
const BY_STATUS: Record<number, FailureCause> = {
  401: 'auth',
  403: 'auth',
  404: 'error',
  405: 'error',
  407: 'auth',
  408: 'timeout',
  413: 'context',
  429: 'rate-limit',
  504: 'timeout',
}

/** Codes and types; a LiteLLM without a database says `no_db_connection` of a key that it does not know. */
const BY_NAME: Record<string, FailureCause> = {
  context_length_exceeded: 'context',
  exceed_context_size_error: 'context',
  content_filter: 'content-filter',
  content_policy_violation: 'content-filter',
  data_inspection_failed: 'content-filter',
  moderation_blocked: 'content-filter',
  ResponsibleAIPolicyViolation: 'content-filter',
}
const LITELLM_UNKNOWN_KEY = 'no_db_connection'

const TOO_LONG: readonly RegExp[] = [
  // OpenAI, vLLM, SGLang, LM Studio, Ollama, llama.cpp
  /\bmaximum (?:context|model|sequence|input) length\b/i,
  /\b(?:exceed(?:s|ed|ing)?|longer than|greater than)\b.{0,80}\bcontext (?:length|size|window)\b/i,
  /\bcontext (?:length|size|window)\b.{0,40}\bexceeded\b/i,
  /\binput\b.{0,40}\btoo (?:large|long) to process\b/i,
  // Anthropic and what LiteLLM calls them all
  /\b(?:prompt|input) is too long\b/i,
  /\bContextWindowExceededError\b/,
  // Gemini
  /\binput token count\b.{0,40}\bexceeds\b/i,
]
const FILTERED: readonly RegExp[] = [
  /\bContentPolicyViolationError\b/,
  /\bcontent management policy\b/i,
  /\bResponsibleAIPolicyViolation\b/,
]

/**
 * @param status of the answer; of a failure inside a 200 the number it names, or 500
 * @param error its error object, null when it has none
 * @returns null when the request itself is at fault
 */
export function failureCause(status: number, error: Record<string, unknown> | null): FailureCause | null {
  // A 429 may speak of tokens and contexts; a wait helps it all the same.
  if (status === 429) return 'rate-limit'
  const named = error === null ? null : byName(error)
  if (BY_STATUS[status] === 'auth') return named === 'content-filter' ? named : 'auth'
  if (named !== null) return named
  const said = byWords(error?.['message'])
  if (said !== null) return said
  if (status === 400 && error?.['type'] === LITELLM_UNKNOWN_KEY) return 'auth'
  return BY_STATUS[status] ?? (status >= 400 && status < 500 ? null : 'error')
}

function byName(error: Record<string, unknown>): FailureCause | null {
  const { innererror } = error
  const names = [error['code'], error['type'], isRecord(innererror) ? innererror['code'] : null]
  for (const name of names) {
    if (typeof name === 'string' && Object.hasOwn(BY_NAME, name)) return BY_NAME[name] ?? null
  }
  return null
}

function byWords(message: unknown): FailureCause | null {
  if (typeof message !== 'string') return null
  if (FILTERED.some((pattern) => pattern.test(message))) return 'content-filter'
  return TOO_LONG.some((pattern) => pattern.test(message)) ? 'context' : null
}
