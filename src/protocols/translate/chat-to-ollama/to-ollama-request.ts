/** A request for chat as one for Ollama's `/api/chat`. */
import { isRecord } from '../../json-object.ts'
import { createLostFields, type LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'
import type { TranslatedRequest } from '../translation.ts'
import { toOllamaMessages } from './to-ollama-messages.ts'

type Fields = Readonly<Record<string, unknown>>

/** Parameters that are options there. */
const OPTIONS: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  top_p: 'top_p',
  top_k: 'top_k',
  min_p: 'min_p',
  seed: 'seed',
  presence_penalty: 'presence_penalty',
  frequency_penalty: 'frequency_penalty',
}

/** Whatever else a body has is noted as lost. Of these some change cost, speed or how the answer is told, and no more. */
const FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(OPTIONS),
  'model',
  'messages',
  'max_tokens',
  'max_completion_tokens',
  'stream',
  'stream_options',
  'stop',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'functions',
  'function_call',
  'response_format',
  'reasoning_effort',
  'logprobs',
  'top_logprobs',
  'n',
  'modalities',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
  'prediction',
  'service_tier',
])

/** What many clients send without meaning anything by it. */
const DEFAULTS: Fields = { store: false, verbosity: 'medium' }

/** Ollama knows three; the others become the nearest. */
const EFFORTS: Readonly<Record<string, string>> = { minimal: 'low', xhigh: 'high', max: 'high' }

/** @throws GatewayError invalid_field, not_translatable */
export function toOllamaRequest(body: Fields): TranslatedRequest {
  const lost = createLostFields()
  const meant = Object.entries(body).filter(([name, value]) => value !== DEFAULTS[name])
  lost.noteOthers(Object.fromEntries(meant), FIELDS, '')
  refuseOthers(body)
  const { model, stream, logprobs, top_logprobs: top } = body
  const options = optionsOf(body)
  return {
    body: {
      model,
      messages: toOllamaMessages(body['messages'], lost),
      // Left out, it would stream.
      stream: stream === true,
      ...toolsOf(body, lost),
      ...formatOf(body['response_format']),
      ...thinkOf(body['reasoning_effort'], lost),
      ...(logprobs === true && { logprobs }),
      ...(typeof top === 'number' && { top_logprobs: top }),
      ...(Object.keys(options).length > 0 && { options }),
    },
    lost: lost.all(),
  }
}

function refuseOthers({ n, modalities, web_search_options: search }: Fields): void {
  if (typeof n === 'number' && n > 1) throw notTranslatable('n', 'This model gives one answer to a request.')
  if (Array.isArray(modalities) && modalities.some((modality) => modality !== 'text')) {
    throw notTranslatable('modalities', 'This model answers in text only.')
  }
  if (isRecord(search)) throw notTranslatable('web_search_options', 'This model does not search the web.')
}

function optionsOf(body: Fields): Record<string, unknown> {
  const options: Record<string, unknown> = {}
  for (const [from, to] of Object.entries(OPTIONS))
    if (typeof body[from] === 'number') options[to] = body[from]
  const most = body['max_completion_tokens'] ?? body['max_tokens']
  if (typeof most === 'number') options['num_predict'] = most
  const { stop } = body
  const stops = (Array.isArray(stop) ? stop : [stop]).filter((one) => typeof one === 'string')
  if (stops.length > 0) options['stop'] = stops
  return options
}

/** It may always use the tools that it is offered, and need not. */
function toolsOf(body: Fields, lost: LostFields): Record<string, unknown> {
  const { tools, functions, tool_choice: newer, function_call: older, parallel_tool_calls: parallel } = body
  const choice = newer ?? older ?? 'auto'
  const offered = [...listOf(tools, 'tools'), ...listOf(functions, 'functions').map(asTool)]
  for (const [index, tool] of offered.entries()) {
    if (!isRecord(tool) || !isRecord(tool['function'])) {
      throw notTranslatable(`tools[${index}]`, 'This model knows tools of the type `function` only.')
    }
  }
  if (offered.length === 0 || choice === 'none') return {}
  if (choice !== 'auto') lost.note(newer === undefined || newer === null ? 'function_call' : 'tool_choice')
  if (parallel === false) lost.note('parallel_tool_calls')
  return { tools: offered }
}

function asTool(of: unknown): Fields {
  return { type: 'function', function: of }
}

function listOf(value: unknown, name: string): unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw invalidField(name, `\`${name}\` must be a list.`)
  return value
}

function formatOf(format: unknown): Record<string, unknown> {
  if (!isRecord(format) || format['type'] === 'text') return {}
  const of = format['json_schema']
  return { format: isRecord(of) && isRecord(of['schema']) ? of['schema'] : 'json' }
}

function thinkOf(effort: unknown, lost: LostFields): Record<string, unknown> {
  if (typeof effort !== 'string') return {}
  if (effort === 'none') return { think: false }
  const nearest = EFFORTS[effort]
  if (nearest !== undefined) lost.note('reasoning_effort')
  return { think: nearest ?? effort }
}
