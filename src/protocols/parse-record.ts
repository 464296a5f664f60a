import { isRecord } from './json-object.ts'

/** A JSON object; null for whatever else the text is. */
export function parseRecord(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}
