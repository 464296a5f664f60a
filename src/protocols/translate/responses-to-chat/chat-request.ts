/** A request of the Responses API as one of chat. What maps to what is listed in docs/translation.md. */
import { isRecord } from '../../json-object.ts'
import { createLostFields, type LostFields } from '../lost.ts'
import { invalidField } from '../refuse.ts'
import type { TranslatedRequest } from '../translation.ts'
import { chatMessages } from './chat-messages.ts'
import { chatTools } from './chat-tools.ts'
import { refuseState } from './refuse-state.ts'

type Body = Readonly<Record<string, unknown>>

/** Members that mean the same in both. */
const SAME: readonly string[] = [
  'model',
  'stream',
  'temperature',
  'top_p',
  'top_logprobs',
  'user',
  'safety_identifier',
  'service_tier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
]

/**
 * What has a place elsewhere, or changes nothing: `metadata` is handed back with the answer, `max_tool_calls` bounds tools
 * that are refused, `stream_options` asks for padding.
 */
const HANDLED: ReadonlySet<string> = new Set([
  ...SAME,
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'text',
  'reasoning',
  'include',
  'store',
  'truncation',
  'background',
  'metadata',
  'max_tool_calls',
  'stream_options',
])

const LOGPROBS = 'message.output_text.logprobs'

/** @throws GatewayError invalid_field, not_translatable (400) */
export function chatRequest(body: Body): TranslatedRequest {
  refuseState(body)
  const lost = createLostFields()
  const chat: Record<string, unknown> = {}
  const put = (name: string, value: unknown): void => {
    if (value !== undefined && value !== null) chat[name] = value
  }
  for (const name of SAME) put(name, body[name])
  chat['messages'] = chatMessages(body, lost)
  Object.assign(chat, chatTools(body, lost))
  // The older name: every server reads it but OpenAI's newest models, which speak the Responses API themselves.
  put('max_tokens', body['max_output_tokens'])
  const text = objectIn(body, 'text')
  put('response_format', responseFormat(text['format']))
  put('verbosity', text['verbosity'])
  lost.noteOthers(text, new Set(['format', 'verbosity']), 'text.')
  const reasoning = objectIn(body, 'reasoning')
  put('reasoning_effort', reasoning['effort'])
  lost.noteOthers(reasoning, new Set(['effort']), 'reasoning.')
  if (wantsLogprobs(body['include'], lost) || typeof body['top_logprobs'] === 'number') put('logprobs', true)
  if (body['stream'] === true) put('stream_options', { include_usage: true })
  noteStorage(body, lost)
  lost.noteOthers(body, HANDLED, '')
  return { body: chat, lost: lost.all() }
}

function objectIn(body: Body, name: string): Body {
  const value = body[name]
  if (value === undefined || value === null) return {}
  if (isRecord(value)) return value
  throw invalidField(name, `\`${name}\` must be an object.`)
}

/** Chat has the schema one level deeper. Text is what it answers anyway. */
function responseFormat(format: unknown): unknown {
  if (!isRecord(format) || format['type'] === 'text') return undefined
  if (format['type'] !== 'json_schema') return format
  const { type, ...schema } = format
  return { type, json_schema: schema }
}

function wantsLogprobs(include: unknown, lost: LostFields): boolean {
  if (!Array.isArray(include)) return false
  if (include.some((what) => what !== LOGPROBS)) lost.note('include')
  return include.includes(LOGPROBS)
}

/** Nothing is kept, and nothing is cut off. Both are defaults as well, so only who says it hears of it. */
function noteStorage(body: Body, lost: LostFields): void {
  if (body['store'] === true) lost.note('store')
  if (body['truncation'] === 'auto') lost.note('truncation')
}
