/**
 * Which facts a policy's rules and guards ask for: the edge computes no others.
 */
import type { Predicate } from '../../src/table/predicate.ts'
import type { Needs } from '../../src/table/route-table.ts'
import type { ResolvedPolicy, ResolvedServedModel } from '../resolve/resolved-policy.ts'
import { flattenFallback, targetKey } from './to-model.ts'

export function needsOf(policy: ResolvedPolicy): Needs {
  const { rulesets, classify, models } = policy
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
  text ||= [...models.values()].some((model) => model.kind === 'served' && choosesByContext(model, policy))
  return { headers: [...headers].toSorted(), text: text || complexity, complexity, time }
}

/** Where one target takes more tokens than another, the size of a request decides between them. */
function choosesByContext(model: ResolvedServedModel, policy: ResolvedPolicy): boolean {
  const windows = new Map<string, number | null>()
  for (const [backend, { models }] of policy.backends) {
    for (const [name, { context }] of models) windows.set(targetKey({ backend, model: name }), context)
  }
  const keys = [...model.targets.map(targetKey), ...flattenFallback(model, policy)]
  return new Set(keys.map((key) => windows.get(key) ?? null)).size > 1
}
