/** A request for chat as one for messages. */
import { isRecord } from '../../json-object.ts'
import { createLostFields, type LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'
import type { TranslatedRequest } from '../translation.ts'
import { toMessageTools } from './to-message-tools.ts'
import { toThinking } from './to-thinking.ts'
import { toTurns } from './to-turns.ts'

/** Anthropic demands a bound, chat does not. Models that think count their thoughts: with less, answers are cut off. */
const DEFAULT_MAX_TOKENS = 16_384
/** Chat lets it go up to 2. */
const MAX_TEMPERATURE = 1

/** Whatever else a body has is noted as lost. What concerns caches and predictions changes cost and speed, not what is answered. */
const FIELDS: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'max_tokens',
  'max_completion_tokens',
  'stream',
  'stream_options',
  'temperature',
  'top_p',
  'stop',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'functions',
  'function_call',
  'response_format',
  'reasoning_effort',
  'user',
  'safety_identifier',
  'service_tier',
  'n',
  'modalities',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
  'prediction',
])

/** What many clients send without meaning anything by it. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  frequency_penalty: 0,
  presence_penalty: 0,
  logprobs: false,
  store: false,
  verbosity: 'medium',
}

/** @throws GatewayError invalid_field, not_translatable */
export function toMessagesRequest(body: Readonly<Record<string, unknown>>): TranslatedRequest {
  const lost = createLostFields()
  noteLost(body, lost)
  refuseOthers(body)
  const { model, stream, top_p: topP } = body
  const tools = toMessageTools(body, lost)
  const { effort, ...thinking } = toThinking(body, lost)
  const output = { ...(effort !== undefined && { effort }), ...formatOf(body['response_format'], lost) }
  return {
    body: {
      model,
      ...toTurns(body['messages'], lost),
      max_tokens: maxTokensOf(body),
      ...temperatureOf(body, lost),
      ...(typeof topP === 'number' && { top_p: topP }),
      ...stopsOf(body['stop'], lost),
      ...tools,
      ...thinking,
      ...(Object.keys(output).length > 0 && { output_config: output }),
      ...userOf(body),
      ...tierOf(body['service_tier'], lost),
      ...(stream === true && { stream }),
    },
    lost: lost.all(),
  }
}

function noteLost(body: Readonly<Record<string, unknown>>, lost: LostFields): void {
  const meant = Object.entries(body).filter(([name, value]) => value !== DEFAULTS[name])
  lost.noteOthers(Object.fromEntries(meant), FIELDS, '')
}

function refuseOthers({
  n,
  modalities,
  web_search_options: search,
}: Readonly<Record<string, unknown>>): void {
  if (typeof n === 'number' && n > 1) throw notTranslatable('n', 'This model gives one answer to a request.')
  if (Array.isArray(modalities) && modalities.some((modality) => modality !== 'text')) {
    throw notTranslatable('modalities', 'This model answers in text only.')
  }
  if (isRecord(search)) throw notTranslatable('web_search_options', 'This model does not search the web.')
}

function maxTokensOf(body: Readonly<Record<string, unknown>>): unknown {
  return body['max_completion_tokens'] ?? body['max_tokens'] ?? DEFAULT_MAX_TOKENS
}

function temperatureOf(
  { temperature }: Readonly<Record<string, unknown>>,
  lost: LostFields,
): Record<string, unknown> {
  if (typeof temperature !== 'number') return {}
  if (temperature > MAX_TEMPERATURE) lost.note('temperature')
  return { temperature: Math.min(temperature, MAX_TEMPERATURE) }
}

function stopsOf(stop: unknown, lost: LostFields): Record<string, unknown> {
  const all: unknown[] = Array.isArray(stop) ? stop : [stop]
  const stops = all.filter((sequence) => typeof sequence === 'string')
  // Anthropic refuses those that are nothing but white space.
  const taken = stops.filter((sequence) => sequence.trim() !== '')
  if (taken.length < stops.length) lost.note('stop')
  return taken.length > 0 ? { stop_sequences: taken } : {}
}

function formatOf(format: unknown, lost: LostFields): Record<string, unknown> {
  if (!isRecord(format) || format['type'] === 'text') return {}
  if (format['type'] !== 'json_schema') {
    lost.note('response_format')
    return {}
  }
  const of = format['json_schema']
  if (!isRecord(of)) throw invalidField('response_format.json_schema', 'A `json_schema` must be an object.')
  if (isRecord(of['schema'])) return { format: { type: 'json_schema', schema: of['schema'] } }
  lost.note('response_format')
  return {}
}

function userOf({
  safety_identifier: newer,
  user,
}: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const id = newer ?? user
  return typeof id === 'string' ? { metadata: { user_id: id } } : {}
}

function tierOf(tier: unknown, lost: LostFields): Record<string, unknown> {
  if (tier === undefined || tier === null || tier === 'auto') return {}
  if (tier === 'default') return { service_tier: 'standard_only' }
  lost.note('service_tier')
  return {}
}
