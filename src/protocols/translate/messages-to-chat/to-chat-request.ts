/** A request for messages as one for chat. */
import { isRecord } from '../../json-object.ts'
import { createLostFields, type LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'
import type { TranslatedRequest } from '../translation.ts'
import { systemMessage, toChatMessages } from './to-chat-messages.ts'
import { listOf } from './to-chat-parts.ts'
import { toChatTools } from './to-chat-tools.ts'
import { toReasoningEffort } from './to-reasoning-effort.ts'

/** Whatever else a body has is noted as lost. Those of no use without the vendor's own servers are refused below. */
const FIELDS: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'messages',
  'system',
  'stream',
  'stop_sequences',
  'temperature',
  'top_p',
  'tools',
  'tool_choice',
  'metadata',
  'thinking',
  'output_config',
  'service_tier',
  'cache_control',
])

/** State, tools and places that only the vendor has. */
const VENDORS: readonly string[] = ['container', 'mcp_servers', 'inference_geo']

const METADATA_FIELDS: ReadonlySet<string> = new Set(['user_id'])
const OUTPUT_FIELDS: ReadonlySet<string> = new Set(['effort', 'format'])

/** @throws GatewayError invalid_field, not_translatable */
export function toChatRequest(body: Readonly<Record<string, unknown>>): TranslatedRequest {
  const lost = createLostFields()
  lost.noteOthers(body, FIELDS, '')
  refuseVendors(body)
  const {
    model,
    max_tokens: maxTokens,
    stream,
    temperature,
    top_p: topP,
    stop_sequences: stops,
    metadata,
  } = body
  if (typeof maxTokens !== 'number') throw invalidField('max_tokens', '`max_tokens` must be a number.')
  if (maxTokens === 0)
    throw notTranslatable('max_tokens', 'This model has no cache that a request could fill.')
  const effort = toReasoningEffort(body, lost)
  const chat: Record<string, unknown> = {
    model,
    messages: chatMessages(body, lost),
    max_tokens: maxTokens,
    ...(typeof temperature === 'number' && { temperature }),
    ...(typeof topP === 'number' && { top_p: topP }),
    ...(Array.isArray(stops) && stops.length > 0 && { stop: stops }),
    ...toChatTools(body, lost),
    ...chatFormat(body['output_config'], lost),
    ...(effort !== null && { reasoning_effort: effort }),
    ...chatUser(metadata, lost),
    ...(body['service_tier'] === 'standard_only' && { service_tier: 'default' }),
    ...(stream === true && { stream, stream_options: { include_usage: true } }),
  }
  return { body: chat, lost: lost.all() }
}

function refuseVendors(body: Readonly<Record<string, unknown>>): void {
  for (const name of VENDORS) {
    const value = body[name]
    const isSet = value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
    if (isSet) throw notTranslatable(name, `\`${name}\` means nothing to this model.`)
  }
}

function chatMessages(body: Readonly<Record<string, unknown>>, lost: LostFields): unknown[] {
  const { system, messages } = body
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalidField('messages', '`messages` must be a list that is not empty.')
  }
  const turns = messages.flatMap((turn: unknown, index) => toChatMessages(turn, index, lost))
  // Anthropic goes on from where such a turn ends; in chat that is left to the server.
  if (turns.at(-1)?.['role'] === 'assistant') lost.note('messages[].prefill')
  if (system === undefined || system === null || system === '') return turns
  if (typeof system === 'string') return [{ role: 'system', content: system }, ...turns]
  const blocks = listOf(system, 'system')
  return blocks.length === 0 ? turns : [systemMessage(blocks, 'system', lost), ...turns]
}

function chatFormat(config: unknown, lost: LostFields): Record<string, unknown> {
  if (!isRecord(config)) return {}
  lost.noteOthers(config, OUTPUT_FIELDS, 'output_config.')
  const { format } = config
  if (format === undefined || format === null) return {}
  if (!isRecord(format) || format['type'] !== 'json_schema' || !isRecord(format['schema'])) {
    throw invalidField('output_config.format', '`output_config.format` must be of the type `json_schema`.')
  }
  // Chat wants a name, and only holds the model to the schema where it is told to.
  const schema = { name: 'output', schema: format['schema'], strict: true }
  return { response_format: { type: 'json_schema', json_schema: schema } }
}

function chatUser(metadata: unknown, lost: LostFields): Record<string, unknown> {
  if (!isRecord(metadata)) return {}
  lost.noteOthers(metadata, METADATA_FIELDS, 'metadata.')
  const user = metadata['user_id']
  return typeof user === 'string' ? { user } : {}
}
