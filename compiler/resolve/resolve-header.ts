/**
 * Conditions on headers: names in lower case and in order, each test a predicate.
 */
import type { HeaderTest, Predicate } from '../../src/table/predicate.ts'
import type { Condition } from '../config/rules.ts'
import type { Place } from '../load/loaded-policy.ts'
import { within } from './place.ts'
import type { ResolvedPredicate } from './resolved-policy.ts'

type Headers = NonNullable<Condition['header']>

export function resolveHeaders(headers: Headers, at: Place): ResolvedPredicate[] {
  return Object.entries(headers)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, config]) =>
      testsOf(config).map((test) => {
        const predicate: Predicate = { kind: 'header', name: name.toLowerCase(), test }
        return { predicate, parts: [], at: within(at, name) }
      }),
    )
}

function testsOf(config: Headers[string]): HeaderTest[] {
  if (typeof config === 'string') return [{ kind: 'equals', anyOf: [config] }]
  if (Array.isArray(config)) return [{ kind: 'equals', anyOf: [...new Set(config)].toSorted() }]
  const { prefix, contains } = config
  const tests: HeaderTest[] = []
  if (prefix !== undefined) tests.push({ kind: 'prefix', value: prefix })
  if (contains !== undefined) tests.push({ kind: 'contains', value: contains })
  return tests.length === 0 ? [{ kind: 'present' }] : tests
}
