/**
 * All that the rules of a policy ask for.
 */
import type { Predicate } from '../../src/table/predicate.ts'
import type { ResolvedPolicy, ResolvedPredicate } from '../resolve/resolved-policy.ts'

/** Tests that are not made of others, each with its ruleset and the place of its rule. */
export function eachPredicate({
  rulesets,
}: Pick<ResolvedPolicy, 'rulesets'>): { ruleset: string; index: number; predicate: Predicate }[] {
  return [...rulesets].flatMap(([ruleset, { rules }]) =>
    rules.flatMap(({ when }, index) =>
      when === null ? [] : leaves(when).map(({ predicate }) => ({ ruleset, index, predicate })),
    ),
  )
}

function leaves(node: ResolvedPredicate): ResolvedPredicate[] {
  const { kind } = node.predicate
  return kind === 'all' || kind === 'any' || kind === 'not' ? node.parts.flatMap(leaves) : [node]
}
