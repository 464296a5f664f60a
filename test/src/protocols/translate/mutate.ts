/** Breaks a JSON value somewhere, as a careless or a hostile peer would. */
import type { Tape } from './said.ts'

const ODD: readonly unknown[] = [
  null,
  [],
  {},
  '',
  'x',
  0,
  -1,
  true,
  [null],
  [[]],
  { type: 'text' },
  ['x'],
  undefined,
]

/** A copy with one of its values, at any depth, replaced by something odd. */
export function mutate(value: unknown, tape: Tape): unknown {
  if (typeof value !== 'object' || value === null || tape(3) === 0) return ODD[tape(ODD.length)]
  const keys = Object.keys(value)
  if (keys.length === 0) return ODD[tape(ODD.length)]
  const broken = keys[tape(keys.length)] ?? ''
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (String(index) === broken ? mutate(item, tape) : item))
  return { ...value, [broken]: mutate((value as Record<string, unknown>)[broken], tape) }
}
