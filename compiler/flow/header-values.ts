/**
 * The values a header can have, as far as the policy tells them apart: none at all (0), some value that it does not
 * name (1), and those that it names (2 and up). What begins with or holds a text is asked of named values outright; of
 * all others it is a fact of its own.
 */
import type { HeaderTest, Predicate } from '../../src/table/predicate.ts'

export const ABSENT = 0
export const OTHER = 1

/** A test of values that the policy does not name. */
export type OpaqueTest = Extract<HeaderTest, { kind: 'prefix' | 'contains' }>

export interface HeaderValues {
  /** Values it names, the first at place 2. */
  named: string[]
  opaque: OpaqueTest[]
}

/** By header, in lower case. */
export function headerValues(conditions: readonly Predicate[]): Map<string, HeaderValues> {
  const headers = new Map<string, HeaderValues>()
  for (const condition of conditions) {
    if (condition.kind !== 'header') continue
    const { name, test } = condition
    const header = headers.get(name) ?? { named: [], opaque: [] }
    headers.set(name, header)
    if (test.kind === 'equals')
      header.named.push(...test.anyOf.filter((value) => !header.named.includes(value)))
    else if (test.kind !== 'present' && !header.opaque.some((other) => isSame(other, test)))
      header.opaque.push(test)
  }
  return headers
}

export function isSame(a: OpaqueTest, b: OpaqueTest): boolean {
  return a.kind === b.kind && a.value === b.value
}

/** Whether a value that passes `a` must pass `b`, or cannot, or may. */
export function consequence(a: OpaqueTest, b: OpaqueTest): 'must' | 'cannot' | 'may' {
  if (b.kind === 'contains') return a.value.includes(b.value) ? 'must' : 'may'
  if (a.kind === 'contains') return 'may'
  if (a.value.startsWith(b.value)) return 'must'
  return b.value.startsWith(a.value) ? 'may' : 'cannot'
}

export function passes(value: string, test: OpaqueTest): boolean {
  return test.kind === 'prefix' ? value.startsWith(test.value) : value.includes(test.value)
}

/** A value that passes some tests, fails others and is none of the named ones; the best there is where texts collide. */
export function exampleValue(passed: readonly OpaqueTest[], header: HeaderValues): string {
  const prefixes = passed.filter(({ kind }) => kind === 'prefix').map(({ value }) => value)
  const prefix = prefixes.toSorted((a, b) => b.length - a.length)[0] ?? ''
  const inside = passed.filter(({ kind, value }) => kind === 'contains' && !prefix.includes(value))
  const candidates = ['', 'x', '-', ' ', '0', '_'].flatMap((glue) => {
    const middle = inside.map(({ value }) => value).join(glue)
    return [`${prefix}${glue}${middle}`, `${prefix}${glue}${middle}${glue}`]
  })
  const fits = (value: string): boolean =>
    value !== '' &&
    !header.named.includes(value) &&
    header.opaque.every((test) => passes(value, test) === passed.some((other) => isSame(other, test)))
  return candidates.find(fits) ?? candidates.at(-1) ?? ''
}
