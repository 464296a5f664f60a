/** When and how the toy model calls a tool: when it is told to, with arguments that fit the schema. */
import { isRecord } from '../protocols/json-object.ts'

export interface ToolCall {
  id: string
  name: string
  /** JSON text. */
  arguments: string
}

/**
 * A call of the tool that `tool_choice` demands or that the last message names; null for none.
 * @param body a chat completion request
 */
export function chooseToolCall(body: Record<string, unknown>, lastText: string): ToolCall | null {
  const tools = Array.isArray(body['tools']) ? body['tools'].filter(isRecord) : []
  const functions = tools.map((tool) => tool['function']).filter(isRecord)
  const choice = body['tool_choice']
  if (choice === 'none') return null
  const named = isRecord(choice) && isRecord(choice['function']) ? choice['function']['name'] : undefined
  const tool =
    functions.find((f) => f['name'] === named) ??
    functions.find((f) => lastText.includes(String(f['name']))) ??
    (choice === 'required' ? functions[0] : undefined)
  if (tool === undefined) return null
  const name = String(tool['name'])
  return { id: `call_demo_${name}`, name, arguments: JSON.stringify(exampleOf(tool['parameters'], 0)) }
}

/** The plainest value that a JSON Schema allows, good enough for a toy. */
function exampleOf(schema: unknown, depth: number): unknown {
  if (!isRecord(schema) || depth > 8) return {}
  if (Array.isArray(schema['enum'])) return schema['enum'][0]
  if ('const' in schema) return schema['const']
  switch (schema['type']) {
    case 'string':
      return 'demo'
    case 'number':
    case 'integer':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1
    case 'boolean':
      return true
    case 'array':
      return []
    case 'null':
      return null
    default: {
      const properties = isRecord(schema['properties']) ? schema['properties'] : {}
      const required = Array.isArray(schema['required']) ? schema['required'] : Object.keys(properties)
      return Object.fromEntries(
        required.map((key) => [String(key), exampleOf(properties[String(key)], depth + 1)]),
      )
    }
  }
}
