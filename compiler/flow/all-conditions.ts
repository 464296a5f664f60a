/** Every condition that rules ask, parts of `all`, `any` and `not` included. */
import type { Predicate } from '../../src/table/predicate.ts'
import type { Rule } from '../../src/table/route-table.ts'

export function allConditions(rulesets: Readonly<Record<string, readonly Rule[]>>): Predicate[] {
  const rules = Object.values(rulesets).flat()
  return rules.flatMap(({ when }) => (when === null ? [] : parts(when)))
}

function parts(predicate: Predicate): Predicate[] {
  if (predicate.kind === 'not') return parts(predicate.of)
  if (predicate.kind === 'all' || predicate.kind === 'any') return predicate.of.flatMap(parts)
  return [predicate]
}
