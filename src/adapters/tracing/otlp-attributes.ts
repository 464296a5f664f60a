/** Attributes as JSON of OTLP writes them: whole numbers of 64 bits are texts there. */

export type OtlpValue =
  | { stringValue: string }
  | { intValue: string }
  | { doubleValue: number }
  | { boolValue: boolean }
  | { arrayValue: { values: { stringValue: string }[] } }

export interface OtlpAttribute {
  key: string
  value: OtlpValue
}

/** What is null, or a list without entries, is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[] | null>>

export function toAttributes(values: Attributes): OtlpAttribute[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === null || (isList(value) && value.length === 0)) return []
    return [{ key, value: toValue(value) }]
  })
}

function toValue(value: string | number | boolean | readonly string[]): OtlpValue {
  if (isList(value)) return { arrayValue: { values: value.map((text) => ({ stringValue: text })) } }
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value)
}
