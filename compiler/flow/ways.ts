/** Every way by which requests get to a served model: by its name, or by a rule. */
import type { Rule } from '../../src/table/route-table.ts'
import { pickArm } from '../../src/table/split.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import { isImplicit } from '../resolve/is-implicit.ts'
import type { Flow, Found } from './flow.ts'
import type { Formula } from './formula.ts'
import type { MarkFormulas } from './to-formula.ts'

export interface Way {
  /** Key of the served model it leads to. */
  model: string
  /** Where it was written: a rule's destination, or the model itself. */
  at: Place
  /** Null = the client names the model. */
  rule: { ruleset: string; index: number; id: string } | null
  forced: boolean
  /** Tags and labels at its end. */
  marks: MarkFormulas
  /** A request that goes this way and for which these hold. */
  ask: (also: readonly Formula[]) => Found
}

/** By name first: a shorter way makes a simpler example. */
export function waysOf(policy: ResolvedPolicy, flow: Flow): Way[] {
  const ways: Way[] = []
  for (const [model, { kind, at }] of policy.models) {
    if (kind !== 'served' || isImplicit(model, policy)) continue
    const ask: Way['ask'] = (also) => flow.byName({ model, alsoFormulas: also })
    ways.push({ model, at, rule: null, forced: false, marks: flow.start, ask })
  }
  for (const [ruleset, { rules }] of policy.rulesets) {
    const steps = flow.steps(ruleset)
    for (const [index, { rule, destinations }] of rules.entries()) {
      const marks = steps[index]?.after ?? flow.start
      const forced = 'force' in rule.action && rule.action.force
      for (const { model, at } of destinations) {
        const ask: Way['ask'] = (also) =>
          withUser(flow.atRule({ ruleset, index, alsoFormulas: also }), rule, model)
        ways.push({ model, at, rule: { ruleset, index, id: rule.id }, forced, marks, ask })
      }
    }
  }
  return ways
}

/** An arm with the smallest share there is may take some time to meet. */
const MOST_USERS = 100_000

/** The request of a user whom a split sends to a model: of one arm's example the user is a part. */
function withUser(found: Found, { id, action }: Rule, model: string): Found {
  if (found.kind !== 'found' || action.kind !== 'split') return found
  const { facts } = found
  const isSent = (user: string): boolean => pickArm(action.arms, `${id}\0${user}`) === model
  if (isSent(facts.user)) return found
  for (let i = 1; i <= MOST_USERS; i += 1) {
    const user = `user-${i}`
    if (isSent(user)) return { kind: 'found', facts: { ...facts, user } }
  }
  return found
}
