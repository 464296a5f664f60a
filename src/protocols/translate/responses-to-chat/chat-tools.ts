/** Tools of the Responses API, and which of them to use, as chat says it. */
import { isRecord } from '../../json-object.ts'
import type { LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'
import { stringIn } from './chat-parts.ts'

type Body = Readonly<Record<string, unknown>>

interface FunctionTool {
  type: 'function'
  function: Record<string, unknown> & { name: string }
}

const TOOL = new Set(['type', 'name', 'description', 'parameters', 'strict'])
const MODES = new Set<unknown>(['auto', 'none', 'required'])

/**
 * @returns members of the chat's body. Without tools there are none: servers refuse a choice between nothing.
 * @throws GatewayError invalid_field, not_translatable (400)
 */
export function chatTools(body: Body, lost: LostFields): Record<string, unknown> {
  const tools = toolList(body['tools'], lost)
  const choice = toolChoice(body['tool_choice'], tools)
  if (choice.tools.length === 0) {
    if (choice.value === undefined || choice.value === 'auto' || choice.value === 'none') return {}
    throw invalidField('tool_choice', '`tool_choice` names a tool, and there are no tools.')
  }
  const parallel = body['parallel_tool_calls']
  return {
    tools: choice.tools,
    ...(choice.value !== undefined && { tool_choice: choice.value }),
    ...(typeof parallel === 'boolean' && { parallel_tool_calls: parallel }),
  }
}

function toolList(tools: unknown, lost: LostFields): FunctionTool[] {
  if (tools === undefined || tools === null) return []
  if (!Array.isArray(tools)) throw invalidField('tools', '`tools` must be a list.')
  return tools.map((tool: unknown, i) => {
    const at = `tools[${i}]`
    if (!isRecord(tool)) throw invalidField(at, `\`${at}\` must be an object.`)
    if (tool['type'] !== 'function') {
      const type = JSON.stringify(tool['type'])
      throw notTranslatable(
        at,
        `The backend runs no tools of type ${type}: offer tools of type "function", and run them.`,
      )
    }
    lost.noteOthers(tool, TOOL, 'tools[].')
    const members = Object.entries(tool).filter(
      ([name, value]) => name !== 'type' && TOOL.has(name) && value !== null && value !== undefined,
    )
    return {
      type: 'function',
      function: { ...Object.fromEntries(members), name: stringIn(tool, 'name', at) },
    }
  })
}

/** The choice as chat says it, and the tools it leaves. */
function toolChoice(choice: unknown, tools: FunctionTool[]): { value?: unknown; tools: FunctionTool[] } {
  if (choice === undefined || choice === null) return { tools }
  if (MODES.has(choice)) return { value: choice, tools }
  if (isRecord(choice) && choice['type'] === 'function') {
    return { value: { type: 'function', function: { name: stringIn(choice, 'name', 'tool_choice') } }, tools }
  }
  if (isRecord(choice) && choice['type'] === 'allowed_tools' && Array.isArray(choice['tools'])) {
    // To offer the allowed ones alone means the same, and every server understands it.
    const allowed = new Set(
      choice['tools'].map((tool: unknown) => (isRecord(tool) ? tool['name'] : undefined)),
    )
    return { value: choice['mode'] ?? 'auto', tools: tools.filter((tool) => allowed.has(tool.function.name)) }
  }
  const type = JSON.stringify(isRecord(choice) ? choice['type'] : choice)
  throw notTranslatable('tool_choice', `Chat has no choice of tools like ${type}.`)
}
