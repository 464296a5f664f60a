import { isRecord } from '../json-object.ts'

/**
 * The arguments of a tool call as an object: chat has them as JSON in a string, and other protocols as they are. Nothing at
 * all, or `null`, stands for none.
 * @returns null for what is no object
 */
export function callInput(value: unknown): Record<string, unknown> | null {
  const given = typeof value === 'string' ? parse(value) : (value ?? {})
  return isRecord(given) ? given : null
}

function parse(json: string): unknown {
  if (json.trim() === '') return {}
  try {
    return JSON.parse(json) ?? {}
  } catch {
    return undefined
  }
}
