import { isRecord } from '../json-object.ts'

/**
 * The object that an event of a wire holds.
 * @throws TypeError where it holds none
 */
export function wireObject(data: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    throw new TypeError('an event is not JSON')
  }
  if (!isRecord(value)) throw new TypeError('an event is not a JSON object')
  return value
}
