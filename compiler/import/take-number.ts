/**
 * A number of the source. One that cannot be used is not taken, and so is listed as left over.
 */
import type { Source, SourcePath } from './source.ts'

export interface NumberRange {
  /** Below it is no use. */
  min: number
  max?: number
  whole?: boolean
}

/** Null where there is none, or none that can be used. Numbers in quotes count, as LiteLLM takes them. */
export function takeNumber(source: Source, path: SourcePath, range: NumberRange): number | null {
  const value = usableNumber(source.peek(path), range)
  if (value !== null) source.take(path)
  return value
}

export function usableNumber(
  value: unknown,
  { min, max = Number.MAX_VALUE, whole = false }: NumberRange,
): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return null
  return number < min || number > max || (whole && !Number.isInteger(number)) ? null : number
}
