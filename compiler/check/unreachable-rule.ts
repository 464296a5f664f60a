/**
 * Rules that no request gets to: rules before them have settled all that they are for, or no client that may ask for
 * these models meets their condition. A condition that never holds at all is `check/contradiction`.
 */
import { quote, quoteList } from '../diagnostics/quote.ts'
import { conjuncts } from '../flow/conjuncts.ts'
import { analyseFlow, type Flow } from '../flow/flow.ts'
import { not } from '../flow/formula.ts'
import { minimalCore } from '../flow/minimal-core.ts'
import { within } from '../resolve/place.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedPolicy, ResolvedPredicate, ResolvedRule } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'

/** How many of the rules that shadow another one are pointed at. */
const SHOWN = 4

export const unreachableRule: Check = {
  name: 'unreachable-rule',
  onlyIfSound: true,
  run(policy, context) {
    const flow = analyseFlow(policy)
    for (const [ruleset, { rules }] of policy.rulesets) {
      // Of models that nobody may ask for, and of rulesets that no model has, other checks speak.
      if (!flow.isEntered(ruleset)) continue
      const subject = { ruleset, rules, flow, policy, context }
      const shadowed: Shadowed[] = []
      const settling: number[] = []
      for (const [index, rule] of rules.entries()) {
        const step = flow.steps(ruleset)[index]
        if (step === undefined) continue
        if (flow.atRule({ ruleset, index }).kind !== 'none') {
          if (rule.rule.action.kind !== 'continue') settling.push(index)
          continue
        }
        if (flow.ask([step.matches]).kind === 'none') continue
        if (flow.ask([step.matches, flow.entrance(ruleset)]).kind === 'none')
          reportExcluded(rule, index, subject)
        else shadowed.push({ rule, by: shadowOf(index, settling, subject) })
      }
      // What one and the same rules shadow is one fault.
      const alike = Map.groupBy(shadowed, ({ by }) => JSON.stringify(by.map(({ at }) => at)))
      for (const group of alike.values()) reportShadowed(group, subject)
    }
  },
}

interface Subject {
  ruleset: string
  rules: readonly ResolvedRule[]
  flow: Flow
  policy: ResolvedPolicy
  context: ResolveContext
}

interface Shadowed {
  rule: ResolvedRule
  by: ResolvedRule[]
}

/**
 * The rules before that together leave nothing for a rule; none of them could be missed.
 * @param settling those before it that do decide
 */
function shadowOf(
  index: number,
  settling: readonly number[],
  { ruleset, rules, flow }: Subject,
): ResolvedRule[] {
  const steps = flow.steps(ruleset)
  const step = steps[index]
  if (step === undefined) return []
  const leaveNothing = (chosen: readonly number[]): boolean => {
    const passed = chosen.flatMap((i) => steps[i] ?? []).map(({ matches }) => not(matches))
    return flow.ask([step.matches, flow.entrance(ruleset), ...passed]).kind === 'none'
  }
  const alone = settling.find((i) => leaveNothing([i]))
  const core = alone === undefined ? minimalCore(settling, leaveNothing) : [alone]
  return core.flatMap((i) => rules[i] ?? [])
}

function reportShadowed(group: readonly Shadowed[], { context }: Subject): void {
  const [first, ...others] = group
  if (first === undefined) return
  const { rule, by } = first
  const names = quoteList(by.map((other) => other.rule.id))
  const settle =
    by.length === 1 ? `the rule ${names} before it settles` : `the rules before it, ${names}, together settle`
  const also = quoteList(others.map((other) => other.rule.rule.id))
  context.report(
    'check/unreachable-rule',
    `no request gets to the rule ${quote(rule.rule.id)}: ${settle} all that it is for`,
    {
      at: within(rule.at, 'id'),
      label: 'can never decide',
      secondary: by.slice(0, SHOWN).map(({ at }) => ({
        span: context.locate(within(at, 'id')),
        text: by.length === 1 ? 'takes all of it' : 'takes a part of it',
      })),
      notes: others.length === 0 ? [] : [`the same goes for ${also}`],
      help: 'put it before them, narrow their conditions, or remove it',
    },
  )
}

/** No client that may ask for these models meets the condition. */
function reportExcluded({ rule, when, at }: ResolvedRule, index: number, subject: Subject): void {
  const { ruleset, flow, policy, context } = subject
  const marks = flow.steps(ruleset)[index]?.before ?? flow.start
  const parts = when === null ? [] : conjuncts(when)
  const excluded = minimalCore<ResolvedPredicate>(
    parts,
    (chosen) =>
      flow.ask([...chosen.map(({ predicate }) => flow.formula(predicate, marks)), flow.entrance(ruleset)])
        .kind === 'none',
  )
  const models = [...policy.models].flatMap(([name, model]) =>
    model.kind === 'ruled' && model.rules === ruleset ? [name] : [],
  )
  const [part, ...others] = excluded.toReversed()
  context.report(
    'check/unreachable-rule',
    `no request gets to the rule ${quote(rule.id)}: none that asks for ${quoteList(models)} meets its condition`,
    {
      at: part?.at ?? within(at, 'id'),
      label: part === undefined ? '' : exclusionOf(part, models),
      secondary: others.map((other) => ({ span: context.locate(other.at), text: 'together with this' })),
      notes: [
        'a request gets to rules by the name it asks for, and its client must have that name among its `models`',
      ],
      help: 'grant the name to the client, mend the condition, or remove the rule',
    },
  )
}

function exclusionOf({ predicate }: ResolvedPredicate, models: readonly string[]): string {
  if (predicate.kind === 'client') return `may not ask for ${quoteList(models)}`
  if (predicate.kind === 'model') return 'is not a name that leads to these rules'
  return 'is never so here'
}
