/** Does anything depend on a mode? Nobody is asked about one on which nothing does. */
import type { Predicate } from '../../table/predicate.ts'
import type { RouteTable } from '../../table/route-table.ts'

export function isModeUsed(name: string, { targets, rulesets }: RouteTable): boolean {
  if (Object.values(targets).some(({ mode }) => mode === name)) return true
  return Object.values(rulesets).some((rules) =>
    rules.some(({ when }) => when !== null && asksFor(name, when)),
  )
}

function asksFor(name: string, predicate: Predicate): boolean {
  if (predicate.kind === 'mode') return predicate.name === name
  if (predicate.kind === 'not') return asksFor(name, predicate.of)
  if (predicate.kind !== 'all' && predicate.kind !== 'any') return false
  return predicate.of.some((part) => asksFor(name, part))
}
