/** Tools, and which of them the model may or must use, as chat has them. */
import { isRecord } from '../../json-object.ts'
import type { LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'
import { listOf } from './to-chat-parts.ts'

/** When a tool's input is streamed is the backend's affair, and so are the marks for a cache. */
const TOOL_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
  'eager_input_streaming',
])
const CHOICE_FIELDS: ReadonlySet<string> = new Set(['type', 'name', 'disable_parallel_tool_use'])

/**
 * @returns what of a chat body speaks of tools; nothing where the client gives none
 * @throws GatewayError invalid_field, not_translatable
 */
export function toChatTools(
  body: Readonly<Record<string, unknown>>,
  lost: LostFields,
): Record<string, unknown> {
  const { tools, tool_choice: choice } = body
  if (tools === undefined || tools === null) return {}
  const list = listOf(tools, 'tools')
  if (list.length === 0) return {}
  return {
    tools: list.map((tool, index) => chatTool(tool, `tools[${index}]`, lost)),
    ...(choice !== undefined && choice !== null && chatChoice(choice, lost)),
  }
}

function chatTool(tool: Readonly<Record<string, unknown>>, at: string, lost: LostFields): unknown {
  const { type, name, description, input_schema: schema, strict } = tool
  if (type !== undefined && type !== null && type !== 'custom') {
    throw notTranslatable(`${at}.type`, 'Tools that Anthropic defines are not known to this model.')
  }
  if (typeof name !== 'string') throw invalidField(`${at}.name`, `\`${at}.name\` must be a string.`)
  if (!isRecord(schema)) throw invalidField(`${at}.input_schema`, `\`${at}.input_schema\` must be an object.`)
  lost.noteOthers(tool, TOOL_FIELDS, 'tools[].')
  return {
    type: 'function',
    function: {
      name,
      ...(typeof description === 'string' && { description }),
      parameters: schema,
      ...(typeof strict === 'boolean' && { strict }),
    },
  }
}

function chatChoice(choice: unknown, lost: LostFields): Record<string, unknown> {
  if (!isRecord(choice)) throw invalidField('tool_choice', '`tool_choice` must be an object.')
  lost.noteOthers(choice, CHOICE_FIELDS, 'tool_choice.')
  return {
    tool_choice: choiceOf(choice),
    ...(choice['disable_parallel_tool_use'] === true && { parallel_tool_calls: false }),
  }
}

function choiceOf({ type, name }: Readonly<Record<string, unknown>>): unknown {
  if (type === 'auto' || type === 'none') return type
  if (type === 'any') return 'required'
  if (type === 'tool' && typeof name === 'string') return { type: 'function', function: { name } }
  throw invalidField(
    'tool_choice',
    '`tool_choice` must be of the type `auto`, `any`, `none`, or `tool` with a name.',
  )
}
