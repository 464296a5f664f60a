/**
 * One expectation against what came out.
 */
import { isDeepStrictEqual } from 'node:util'
import { resolveName } from '../../src/table/names.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import type { TestExpectConfig } from '../config/tests.ts'
import type { Outcome } from './outcome-of.ts'

/** Something that came out otherwise. Both sides are plain data. */
export interface Mismatch {
  /** `finds`: of a case of a pack. */
  field: keyof TestExpectConfig | 'finds'
  expected: unknown
  got: unknown
}

/** What of `expect` the outcome does not meet, in the order in which it is written. */
export function compare(expect: TestExpectConfig, outcome: Outcome, table: RouteTable): Mismatch[] {
  const fields = Object.keys(expect) as (keyof TestExpectConfig)[]
  return fields.flatMap((field): Mismatch[] => {
    const expected = normalise(field, expect[field], table)
    const got = field === 'set' ? sameKeys(outcome.set, expected) : outcome[field]
    const met =
      field === 'staysIn'
        ? table.zones.indexOf(String(got)) >= table.zones.indexOf(String(expected))
        : isDeepStrictEqual(got, expected)
    return met ? [] : [{ field, expected, got }]
  })
}

/** In the form in which outcomes are: sets are sorted, a model goes by its own name. */
function normalise(field: keyof TestExpectConfig, value: unknown, table: RouteTable): unknown {
  if (field === 'labels' || field === 'tags' || field === 'redact') return (value as string[]).toSorted()
  if (field === 'model') return resolveName(table, String(value))?.model ?? value
  return value
}

/** Of the parameters only those that are asked for; one that is not sent is null. */
function sameKeys(parameters: unknown, expected: unknown): unknown {
  if (parameters === null) return null
  const all = parameters as Record<string, unknown>
  return Object.fromEntries(Object.keys(expected as object).map((key) => [key, all[key] ?? null]))
}
