import type { Predicate } from '../../src/table/predicate.ts'
import type { RouteTable } from '../../src/table/route-table.ts'

/** Every predicate in the rules of a table, without what ties them together. */
export function predicatesOf({ rulesets }: RouteTable): Predicate[] {
  return Object.values(rulesets).flatMap((rules) => rules.flatMap(({ when }) => (when ? leavesOf(when) : [])))
}

function leavesOf(predicate: Predicate): Predicate[] {
  if (predicate.kind === 'not') return leavesOf(predicate.of)
  return predicate.kind === 'all' || predicate.kind === 'any' ? predicate.of.flatMap(leavesOf) : [predicate]
}
