/**
 * Which facts a policy's rules and guards ask for: the edge computes no others.
 */
import type { Predicate } from '../../src/table/predicate.ts'
import type { Needs } from '../../src/table/route-table.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import { flattenFallback, targetKey } from './to-model.ts'

export function needsOf(policy: ResolvedPolicy): Needs {
  const { rulesets, classify } = policy
  const headers = new Set<string>()
  let text = classify.privacy !== null || classify.injection !== null
  let complexity = false
  let time = false
  const visit = (predicate: Predicate): void => {
    const { kind } = predicate
    if (kind === 'all' || kind === 'any') predicate.of.forEach(visit)
    else if (kind === 'not') visit(predicate.of)
    else if (kind === 'header') headers.add(predicate.name)
    else if (kind === 'text') text = true
    else if (kind === 'range') text ||= predicate.fact !== 'maxTokens'
    else if (kind === 'complexity') complexity = true
    else if (kind === 'time') time = true
  }
  for (const { rules } of rulesets.values())
    for (const { rule } of rules) if (rule.when !== null) visit(rule.when)
  text ||= choosesByContext(policy)
  return { headers: [...headers].toSorted(), text: text || complexity, complexity, time }
}

/** Where a model has targets that take more tokens than others, the size of a request decides between them. */
function choosesByContext(policy: ResolvedPolicy): boolean {
  const contexts = new Map<string, number | null>()
  for (const [backend, { models }] of policy.backends) {
    for (const [model, { context }] of models) contexts.set(targetKey({ backend, model }), context)
  }
  return [...policy.models.values()].some((model) => {
    if (model.kind !== 'served') return false
    const keys = [
      ...model.targets.map(targetKey),
      ...flattenFallback(model, policy).map(({ target }) => target),
    ]
    return new Set(keys.map((key) => contexts.get(key))).size > 1
  })
}
