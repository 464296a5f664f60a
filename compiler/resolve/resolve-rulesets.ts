/**
 * Rulesets, in one order: the places of their texts in the table must not depend on the order of keys.
 */
import type { Place } from '../load/loaded-policy.ts'
import { within } from './place.ts'
import { resolveRule } from './resolve-rule.ts'
import type { ResolvedPolicy } from './resolved-policy.ts'
import type { Scope } from './scope.ts'

export function resolveRulesets(scope: Scope): ResolvedPolicy['rulesets'] {
  const entries = Object.entries(scope.policy.rules ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return new Map(
    entries.map(([name, rules]) => {
      const at: Place = { file: 'policy', path: ['rules', name] }
      return [name, { rules: rules.map((rule, i) => resolveRule(rule, within(at, i), scope)), at }]
    }),
  )
}
