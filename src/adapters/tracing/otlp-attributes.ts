/**
 * Attributes as JSON of OTLP writes them: whole numbers of 64 bits are texts there. They become text at once: as objects
 * first, a trace took twice the CPU.
 */

export type AttributeValue = string | number | boolean | readonly string[] | null

/** By key. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/**
 * What is null, or a list without entries, is left out. A key is ours: nothing in it needs to be escaped.
 * @returns a comma and its JSON; or nothing
 */
export function attribute(key: string, value: AttributeValue): string {
  if (value === null) return ''
  if (typeof value === 'string') {
    return `,{"key":"${key}","value":{"stringValue":${JSON.stringify(value)}}}`
  }
  if (typeof value === 'boolean') return `,{"key":"${key}","value":{"boolValue":${value}}}`
  if (typeof value === 'number') return `,{"key":"${key}","value":${numberValue(value)}}`
  if (value.length === 0) return ''
  const values = value.map((text) => `{"stringValue":${JSON.stringify(text)}}`)
  return `,{"key":"${key}","value":{"arrayValue":{"values":[${values.join(',')}]}}}`
}

/** One after the other. */
export function attributesOf(values: Attributes): string {
  let json = ''
  for (const key of Object.keys(values)) json += attribute(key, values[key] ?? null)
  return json
}

function numberValue(value: number): string {
  return Number.isInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${JSON.stringify(value)}}`
}
