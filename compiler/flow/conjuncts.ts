/** The parts of a condition that must all hold, however deep in `all` they stand. */
import type { ResolvedPredicate } from '../resolve/resolved-policy.ts'

export function conjuncts(part: ResolvedPredicate): ResolvedPredicate[] {
  return part.predicate.kind === 'all' ? part.parts.flatMap(conjuncts) : [part]
}
