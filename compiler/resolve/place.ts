/**
 * Steps from a place in the input to places within it.
 */
import type { Place } from '../load/loaded-policy.ts'

export function within(at: Place, ...segments: (string | number)[]): Place {
  return { file: at.file, path: [...at.path, ...segments] }
}

/** One value or a list of them, each with where it stands. */
export function eachOf<T extends string>(value: T | readonly T[], at: Place): { value: T; at: Place }[] {
  if (typeof value === 'string') return [{ value, at }]
  return value.map((entry, i) => ({ value: entry, at: within(at, i) }))
}
