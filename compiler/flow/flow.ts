/**
 * Which requests can get where: the questions that proofs ask of a policy's rules.
 *
 * Exact over the facts that rules judge, with two bounds that err on the side of "can get there": phrases and patterns
 * are taken to be independent of each other, and so are length and complexity; and a question that takes too many
 * branches is `unknown`.
 */
import type { Facts } from '../../src/table/facts.ts'
import type { Predicate } from '../../src/table/predicate.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import { entrances } from './entrances.ts'
import { toFlowInput, type FlowInput } from './flow-input.ts'
import type { Formula } from './formula.ts'
import { labelCauses, type Cause } from './label-causes.ts'
import { laws } from './laws.ts'
import { startingMarks, type Marks } from './marks.ts'
import { solve, type Budget } from './solve.ts'
import { createSpace, type Space } from './space.ts'
import { toFacts } from './to-facts.ts'
import { toFormula, type MarkFormulas } from './to-formula.ts'
import { walkRules, type Step } from './walk-rules.ts'

/** A request, as plain as can be; none; or unknown, which a proof must take for "there may be one". */
export type Found = { kind: 'found'; facts: Facts } | { kind: 'none' } | { kind: 'unknown' }

/** What a message says in place of an example when the answer is unknown. */
export const GIVEN_UP =
  'the rules are too entangled to be followed to the end: what was not disproved counts as possible'

export interface Flow {
  /** A request that gets to a rule of a ruleset and for which its condition holds. */
  atRule: (query: RuleQuery) => Found
  /** A request that asks for a model by a name that its client may use. */
  byName: (query: NameQuery) => Found
  /** Whether some client may ask for a model that has these rules. */
  isEntered: (ruleset: string) => boolean

  /** When a request asks, and may, for a model that has these rules. */
  entrance: (ruleset: string) => Formula

  /** What the queries are made of, for analyses that ask in formulas. */
  space: Space
  steps: (ruleset: string) => readonly Step[]
  /** What can put each label on a request. */
  causes: ReadonlyMap<string, readonly Cause[]>
  start: Marks
  /** A request, of whatever name and client, for which these hold. */
  ask: (goals: readonly Formula[]) => Found
  /** When a request asks for one of some models and may. */
  asksFor: (models: readonly string[]) => Formula
  formula: (predicate: Predicate, marks: MarkFormulas) => Formula
}

export interface RuleQuery {
  ruleset: string
  /** Place of the rule. */
  index: number
  /** What must hold besides; tags and labels are those that the rule leaves. Only headers and names that the policy has. */
  also?: readonly Predicate[]
  alsoFormulas?: readonly Formula[]
}

export interface NameQuery {
  /** Key of the policy's `models`. */
  model: string
  also?: readonly Predicate[]
  alsoFormulas?: readonly Formula[]
}

/** Branches that all questions of one compilation may try together. */
const BRANCHES = 10_000

const analysed = new WeakMap<ResolvedPolicy, Flow>()

/** Analyses of one policy share one flow. Expects a policy whose names all lead somewhere. */
export function analyseFlow(policy: ResolvedPolicy): Flow {
  const known = analysed.get(policy)
  if (known !== undefined) return known
  const flow = createFlow(toFlowInput(policy))
  analysed.set(policy, flow)
  return flow
}

export function createFlow(input: FlowInput): Flow {
  const space = createSpace(input)
  const causes = labelCauses(input, space)
  const start = startingMarks(input, causes, space)
  const always = laws(input, space)
  const asksFor = entrances(input, space)
  const budget: Budget = { left: BRANCHES }

  const walked = new Map<string, Step[]>()
  const steps = (ruleset: string): Step[] => {
    const found = walked.get(ruleset) ?? walkRules(input.rulesets[ruleset] ?? [], start, space)
    walked.set(ruleset, found)
    return found
  }
  const entered = new Map<string, Formula>()
  const entrance = (ruleset: string): Formula => {
    const known = entered.get(ruleset)
    if (known !== undefined) return known
    const models = Object.keys(input.models).filter((model) => input.models[model] === ruleset)
    const found = asksFor(new Set(models))
    entered.set(ruleset, found)
    return found
  }
  const formula: Flow['formula'] = (predicate, marks) => toFormula(predicate, space, marks)

  const ask = (goals: readonly Formula[]): Found => {
    const solution = solve(space.dimensions, [...goals, ...always], budget)
    if (solution.kind !== 'found') return solution
    const { point } = solution
    let facts: Facts | undefined
    return {
      kind: 'found',
      get facts() {
        facts ??= toFacts(point(), space, causes)
        return facts
      },
    }
  }

  return {
    space,
    steps,
    causes,
    start,
    ask,
    formula,
    entrance,
    asksFor: (models) => asksFor(new Set(models)),
    isEntered: (ruleset) => ask([entrance(ruleset)]).kind !== 'none',
    atRule({ ruleset, index, also = [], alsoFormulas = [] }) {
      const step = steps(ruleset)[index]
      if (step === undefined) return { kind: 'none' }
      return ask([
        step.matches,
        ...also.map((predicate) => formula(predicate, step.after)),
        ...alsoFormulas,
        entrance(ruleset),
        ...step.passed,
      ])
    },
    byName: ({ model, also = [], alsoFormulas = [] }) =>
      ask([
        ...also.map((predicate) => formula(predicate, start)),
        ...alsoFormulas,
        asksFor(new Set([model])),
      ]),
  }
}
