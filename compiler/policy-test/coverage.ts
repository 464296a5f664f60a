/**
 * Which rules the cases have exercised: one that settles by deciding a case, one that only changes by having held.
 */
import type { ResolvedPolicy, ResolvedRule } from '../resolve/resolved-policy.ts'
import type { Simulation } from '../simulate/simulate.ts'

export interface CoveredRule {
  /** `ruleset/id`. */
  name: string
  rule: ResolvedRule
  covered: boolean
}

/** All rules of rulesets that a name leads to, as they stand. */
export function coverage(simulations: readonly Simulation[], policy: ResolvedPolicy): CoveredRule[] {
  const used = new Set(simulations.flatMap(rulesUsed(policy)))
  return reachableRulesets(policy).flatMap((ruleset) =>
    (policy.rulesets.get(ruleset)?.rules ?? []).map((rule) => {
      const name = `${ruleset}/${rule.rule.id}`
      return { name, rule, covered: used.has(name) }
    }),
  )
}

/** In percent, rounded down: 100 only when nothing is left out. 100 too when there are no rules. */
export function percentCovered(rules: readonly Pick<CoveredRule, 'covered'>[]): number {
  if (rules.length === 0) return 100
  return Math.floor((100 * rules.filter(({ covered }) => covered).length) / rules.length)
}

function reachableRulesets({ names, wildcards, models, rulesets }: ResolvedPolicy): string[] {
  const entries = [...names.values(), ...wildcards.values()].map((name) => models.get(name))
  const reached = new Set(entries.flatMap((model) => (model?.kind === 'ruled' ? [model.rules] : [])))
  return [...rulesets.keys()].filter((name) => reached.has(name))
}

function rulesUsed({ rulesets }: ResolvedPolicy): (simulation: Simulation) => string[] {
  return ({ judged }) =>
    (judged?.steps ?? []).flatMap(({ ruleset, index, matched }) => {
      const id = rulesets.get(ruleset)?.rules[index]?.rule.id
      return matched && id !== undefined ? [`${ruleset}/${id}`] : []
    })
}
