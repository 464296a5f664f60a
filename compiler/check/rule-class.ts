/**
 * What all requests that come to a rule have in common, as far as targets must be able to take it.
 */
import type { Facts } from '../../src/table/facts.ts'
import type { Predicate } from '../../src/table/predicate.ts'
import type { Capability } from '../../src/table/route-table.ts'
import { analyseFlow } from '../flow/flow.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'

export interface RuleClass {
  /** One of the requests. */
  example: Facts
  needs: readonly { flag: 'tools' | 'images'; capability: Capability }[]
  /** Whether every one of them has more tokens than this. */
  exceeds: (tokens: number) => boolean
}

const NEEDS = [
  { flag: 'tools', capability: 'tools' },
  { flag: 'images', capability: 'vision' },
] as const

/**
 * @param asked what the rules of the set ask for: what none of them mentions, no rule narrows
 * @returns null when no request is known to come there
 */
export function ruleClass(
  policy: ResolvedPolicy,
  rule: { ruleset: string; index: number },
  asked: readonly Predicate[],
): RuleClass | null {
  const flow = analyseFlow(policy)
  const found = flow.atRule(rule)
  if (found.kind !== 'found') return null
  const never = (predicate: Predicate): boolean => flow.atRule({ ...rule, also: [predicate] }).kind === 'none'
  const isAskedFor = (fact: string): boolean =>
    asked.some((predicate) => 'fact' in predicate && predicate.fact === fact)
  const known = new Map<number, boolean>()
  return {
    example: found.facts,
    // The example answers most questions for nothing: what it does without, not all of them need.
    needs: NEEDS.filter(
      ({ flag }) => found.facts[flag] && isAskedFor(flag) && never({ kind: 'flag', fact: flag, is: false }),
    ),
    exceeds(tokens) {
      if (!isAskedFor('tokens') || found.facts.tokens <= tokens) return false
      const answer =
        known.get(tokens) ?? never({ kind: 'range', fact: 'tokens', atLeast: 0, below: tokens + 1 })
      known.set(tokens, answer)
      return answer
    },
  }
}
