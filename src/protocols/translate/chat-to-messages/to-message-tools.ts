/** The tools of a chat, and which of them the model may or must use, as Anthropic's protocol has them. */
import { isRecord } from '../../json-object.ts'
import type { LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'

const TOOL_FIELDS: ReadonlySet<string> = new Set(['type', 'function'])
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict'])

/**
 * @returns what of a body speaks of tools; nothing where the client gives none
 * @throws GatewayError invalid_field, not_translatable
 */
export function toMessageTools(
  body: Readonly<Record<string, unknown>>,
  lost: LostFields,
): Record<string, unknown> {
  const tools = [...toolsOf(body, lost), ...functionsOf(body, lost)]
  if (tools.length === 0) return {}
  const { tool_choice: choice, function_call: old, parallel_tool_calls: parallel } = body
  const chosen = toChoice(choice ?? old ?? null)
  const isAlone = parallel === false && chosen?.type !== 'none'
  const toolChoice = isAlone ? { ...(chosen ?? { type: 'auto' }), disable_parallel_tool_use: true } : chosen
  return { tools, ...(toolChoice !== null && { tool_choice: toolChoice }) }
}

function toolsOf({ tools }: Readonly<Record<string, unknown>>, lost: LostFields): unknown[] {
  if (tools === undefined || tools === null) return []
  if (!Array.isArray(tools)) throw invalidField('tools', '`tools` must be a list.')
  return tools.map((tool: unknown, index) => {
    const at = `tools[${index}]`
    if (!isRecord(tool)) throw invalidField(at, `\`${at}\` must be an object.`)
    if (tool['type'] === 'custom')
      throw notTranslatable(at, 'Tools that take plain text are not known to this model.')
    lost.noteOthers(tool, TOOL_FIELDS, 'tools[].')
    return messageTool(tool['function'], { at: `${at}.function`, prefix: 'tools[].function.' }, lost)
  })
}

function functionsOf({ functions }: Readonly<Record<string, unknown>>, lost: LostFields): unknown[] {
  if (!Array.isArray(functions)) return []
  return functions.map((of: unknown, index) =>
    messageTool(of, { at: `functions[${index}]`, prefix: 'functions[].' }, lost),
  )
}

function messageTool(of: unknown, { at, prefix }: { at: string; prefix: string }, lost: LostFields): unknown {
  if (!isRecord(of)) throw invalidField(at, `\`${at}\` must be an object.`)
  const { name, description, parameters, strict } = of
  if (typeof name !== 'string') throw invalidField(`${at}.name`, `\`${at}.name\` must be a string.`)
  lost.noteOthers(of, FUNCTION_FIELDS, prefix)
  return {
    name,
    ...(typeof description === 'string' && { description }),
    // Chat lets a function without parameters go without a schema, Anthropic wants one of an object.
    input_schema: isRecord(parameters)
      ? { type: 'object', ...parameters }
      : { type: 'object', properties: {} },
    ...(typeof strict === 'boolean' && { strict }),
  }
}

interface MessageChoice {
  type: 'auto' | 'any' | 'none' | 'tool'
  name?: string
}

/** @param choice of `tool_choice`, or of `function_call`, which names a function more shortly */
function toChoice(choice: unknown): MessageChoice | null {
  if (choice === null) return null
  if (choice === 'auto' || choice === 'none') return { type: choice }
  if (choice === 'required') return { type: 'any' }
  if (!isRecord(choice)) throw invalidField('tool_choice', '`tool_choice` must be a word or an object.')
  const of = choice['type'] === 'function' ? choice['function'] : choice
  if (isRecord(of) && typeof of['name'] === 'string') return { type: 'tool', name: of['name'] }
  throw notTranslatable('tool_choice', 'This model can be told to use any tool, or one of them by name.')
}
