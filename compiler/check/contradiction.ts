/**
 * Conditions that no request can meet, whoever asks and whatever rules stand before: their parts exclude each other, or
 * ask for something that does not come about in this policy.
 */
import type { Predicate } from '../../src/table/predicate.ts'
import { quote, quoteList } from '../diagnostics/quote.ts'
import { conjuncts } from '../flow/conjuncts.ts'
import { analyseFlow } from '../flow/flow.ts'
import { minimalCore } from '../flow/minimal-core.ts'
import type { ResolvedPolicy, ResolvedPredicate } from '../resolve/resolved-policy.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { Check } from './check-context.ts'

export const contradiction: Check = {
  name: 'contradiction',
  onlyIfSound: true,
  run(policy, context) {
    const flow = analyseFlow(policy)
    for (const [ruleset, { rules }] of policy.rulesets) {
      const steps = flow.steps(ruleset)
      for (const [index, { when }] of rules.entries()) {
        const step = steps[index]
        if (when === null || step === undefined) continue
        const excludes = (parts: readonly ResolvedPredicate[]): boolean =>
          flow.ask(parts.map(({ predicate }) => flow.formula(predicate, step.before))).kind === 'none'
        for (const dead of findDead(when, excludes)) reportDead(dead, policy, context)
      }
    }
  },
}

/** Parts of a condition that exclude each other, or one that never holds by itself. */
type Dead = readonly ResolvedPredicate[]

/** The smallest parts that are to blame; one in an `any` is a fault although the others may hold. */
function findDead(part: ResolvedPredicate, excludes: (parts: Dead) => boolean): Dead[] {
  const inside = part.parts.flatMap((inner) => findDead(inner, excludes))
  if (inside.length > 0 || !excludes([part])) return inside
  return [minimalCore(conjuncts(part), excludes)]
}

function reportDead(dead: Dead, policy: ResolvedPolicy, { report, locate }: ResolveContext): void {
  const [last, ...others] = dead.toReversed()
  if (last === undefined) return
  const isAlone = others.length === 0
  report(
    'check/contradiction',
    isAlone
      ? `this condition never holds: ${reasonOf(last.predicate, policy)}`
      : 'these conditions exclude each other',
    {
      at: last.at,
      label: isAlone ? 'never holds' : 'never holds together with the other',
      secondary: others.toReversed().map(({ at }) => ({ span: locate(at), text: 'the other' })),
      help: 'mend the condition, or remove it',
    },
  )
}

function reasonOf(predicate: Predicate, { classify, surfaces }: ResolvedPolicy): string {
  switch (predicate.kind) {
    case 'label':
      return `nothing puts ${quoteList(predicate.names)} on a request before this rule`
    case 'tag':
      return `neither a client nor a rule before this one adds ${quoteList(predicate.names)}`
    case 'surface':
      return `of all surfaces only these are served: ${quoteList(surfaces)}`
    case 'flag':
      if (predicate.fact === 'images') return 'images are refused before rules run'
      return classify.injection === null
        ? 'without `classify.injection` nothing is flagged'
        : 'what is flagged is refused before rules run'
    case 'not':
      return 'what it excludes always holds'
    case 'all':
    case 'any':
    case 'model':
    case 'client':
    case 'complexity':
    case 'header':
    case 'text':
    case 'range':
    case 'healthy':
    case 'mode':
    case 'time':
      break
  }
  return `no request meets ${quote(predicate.kind)}`
}
