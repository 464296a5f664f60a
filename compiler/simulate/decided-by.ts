/**
 * Who decided a request, and where that is written.
 */
import { resolveName } from '../../src/table/names.ts'
import type { CompiledPolicy } from '../compile.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { Simulation } from './simulate.ts'

export interface Decider {
  /** `rule main/short`, or `model fast`. */
  what: string
  at: Place
}

/** The rule that settled it, else the model that was asked for; null when there is no such model. */
export function decidedBy({ judged }: Simulation, { table, policy }: CompiledPolicy): Decider | null {
  if (judged === null) return null
  const { decision, facts } = judged
  if (decision.rule !== null) {
    const [ruleset = '', id] = decision.rule.split('/')
    const rule = policy.rulesets.get(ruleset)?.rules.find((entry) => entry.rule.id === id)
    return rule === undefined ? null : { what: `rule ${decision.rule}`, at: rule.at }
  }
  const name = resolveName(table, facts.model)?.model
  const model = name === undefined ? undefined : policy.models.get(name)
  return model === undefined ? null : { what: `model ${name}`, at: model.at }
}
