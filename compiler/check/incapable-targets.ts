/**
 * Targets that cannot take any of the requests that a rule sends them: too small for them, or without what they need.
 */
import { quote, quoteList } from '../diagnostics/quote.ts'
import { describeFacts } from '../flow/describe-facts.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { eachPredicate } from './each-predicate.ts'
import { ruleClass, type RuleClass } from './rule-class.ts'
import { targetsOf, type PossibleTarget } from './targets-of.ts'

export const incapableTargets: Check = {
  name: 'incapable-targets',
  onlyIfSound: true,
  run(policy, context) {
    const leaves = eachPredicate(policy)
    for (const [ruleset, { rules }] of policy.rulesets) {
      const asked = leaves.filter((leaf) => leaf.ruleset === ruleset).map(({ predicate }) => predicate)
      for (const [index, { rule, destinations }] of rules.entries()) {
        const candidates = destinations.filter(({ model }) => limitedTargets(model, policy).length > 0)
        if (candidates.length === 0) continue
        const requests = ruleClass(policy, { ruleset, index }, asked)
        if (requests === null) continue
        for (const { model, at } of candidates) {
          judgeModel({ policy, rule: rule.id, requests, to: model, at }, context)
        }
      }
    }
  },
}

/** Those of which the policy says what they cannot take. */
function limitedTargets(model: string, policy: ResolvedPolicy): PossibleTarget[] {
  const served = policy.models.get(model)
  const targets = served?.kind === 'served' ? targetsOf(served, policy) : []
  return targets.filter(({ model: { context, supports } }) => context !== null || supports !== null)
}

interface Destination {
  policy: ResolvedPolicy
  rule: string
  requests: RuleClass
  to: string
  at: Place
}

type Lack =
  | { key: 'supports'; flag: 'tools' | 'images'; text: string }
  | { key: 'context'; room: number; text: string }

/** One of the pool counts when all of the pool are like it: until then, the pool has another for these requests. */
function judgeModel(destination: Destination, context: ResolveContext): void {
  const { policy, requests, to } = destination
  const served = policy.models.get(to)
  if (served?.kind !== 'served') return
  const judged = targetsOf(served, policy).map((target) => ({ target, lack: lackOf(target, requests) }))
  const isPoolLost = judged.every(({ target, lack }) => target.fallback !== null || lack !== null)
  const lost = judged.flatMap(({ target, lack }) =>
    lack !== null && (target.fallback !== null || isPoolLost) ? [{ target, lack }] : [],
  )
  if (lost.length > 0) reportLost(destination, { lost, isAll: lost.length === judged.length }, context)
}

function lackOf(target: PossibleTarget, { needs, exceeds }: RuleClass): Lack | null {
  const { supports, context } = target.model
  const missing = needs.find(({ capability }) => supports?.includes(capability) === false)
  if (missing !== undefined) {
    return { key: 'supports', flag: missing.flag, text: `without ${quote(missing.capability)}` }
  }
  if (context === null || !exceeds(context)) return null
  return { key: 'context', room: context, text: 'too small for them' }
}

function reportLost(
  { policy, rule, requests, to, at }: Destination,
  { lost, isAll }: { lost: { target: PossibleTarget; lack: Lack }[]; isAll: boolean },
  { report, locate }: ResolveContext,
): void {
  const isFallback = lost.every(({ target }) => target.fallback !== null)
  const names = quoteList(lost.map(({ target }) => target.name))
  const which = isAll
    ? `no target of ${quote(to)} can take`
    : `${names}, ${isFallback ? 'a fallback' : 'the pool'} of ${quote(to)}, cannot take`
  const lacks = lost.map(({ lack }) => lack)
  report(
    'check/incapable-target',
    `the rule ${quote(rule)} sends only requests ${inWords(lacks)}, which ${which}`,
    {
      at,
      label: 'leads there',
      secondary: lost.map(({ target: { name, model }, lack: { key, text } }) => ({
        span: locate({ ...model.at, path: [...model.at.path, key] }),
        text: `${quote(name)}: ${text}`,
      })),
      notes: [`for example: ${describeFacts(requests.example, policy.texts)}`],
      help:
        isFallback && !isAll
          ? `lead to a model without ${names} among its fallbacks`
          : 'lead to a model that can take them',
    },
  )
}

/** Of the sizes the largest: it says the most. */
function inWords(lacks: readonly Lack[]): string {
  const flags = new Set(lacks.flatMap((lack) => (lack.key === 'supports' ? [`with ${lack.flag}`] : [])))
  const room = Math.max(...lacks.map((lack) => (lack.key === 'context' ? lack.room : 0)))
  return [...flags, ...(room === 0 ? [] : [`of more than ${room} tokens`])].join(' and ')
}
