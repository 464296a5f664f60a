/**
 * Models that no client may ask for, by their own name or by an alias, and that nothing else leads to.
 */
import { quote } from '../diagnostics/quote.ts'
import { isImplicit } from '../resolve/is-implicit.ts'
import { isWildcard } from '../resolve/resolve-names.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'

export const unreachableModels: Check = {
  name: 'unreachable-models',
  onlyIfSound: true,
  run(policy, { report }) {
    const { clients, models } = policy
    if (clients.size === 0) {
      report('check/unreachable-model', 'there is no client, so nobody may ask for any model', {
        at: { file: 'clients', path: ['clients'] },
        prefer: 'key',
        help: 'add a client; `aicc keys new` makes a key for it',
      })
      return
    }
    const reached = reachedModels(policy)
    for (const [name, { at }] of models) {
      if (reached.has(name) || isImplicit(name, policy)) continue
      report(
        'check/unreachable-model',
        `no client may ask for the model ${quote(name)}, and nothing leads to it`,
        {
          at,
          prefer: 'key',
          help: 'add it to the `models` of a client, lead to it from a rule or a fallback, or remove it',
        },
      )
    }
  },
}

/** From what clients are granted, along rules and fallbacks; reroutes and what the gateway itself asks are starts too. */
function reachedModels(policy: ResolvedPolicy): Set<string> {
  const { labels, sinks, models, rulesets } = policy
  const reached = new Set<string>()
  const visit = (name: string): void => {
    const model = models.get(name)
    if (model === undefined || reached.has(name)) return
    reached.add(name)
    if (model.kind === 'ruled') {
      const rules = rulesets.get(model.rules)?.rules ?? []
      for (const { destinations } of rules) for (const { model: to } of destinations) visit(to)
      return
    }
    for (const entry of model.fallback) if (entry.kind === 'model') visit(entry.model)
  }
  for (const { models: grants } of policy.clients.values()) {
    if (grants === null) for (const name of models.keys()) visit(name)
    else for (const { name } of grants) for (const model of grantedModels(name, policy)) visit(model)
  }
  for (const { label } of labels.values()) if (label.onDenied?.kind === 'reroute') visit(label.onDenied.to)
  for (const sink of [sinks.classifier, sinks.cache?.embed]) if (sink) visit(sink.model)
  return reached
}

/** A grant is for a model, for one of its names, or for all names that begin with it. */
function grantedModels(grant: string, { names, wildcards }: ResolvedPolicy): string[] {
  const prefix = isWildcard(grant) ? grant.slice(0, -1) : null
  const exact = [...names].filter(([name, model]) =>
    prefix === null ? name === grant || model === grant : name.startsWith(prefix),
  )
  const beginnings = [...wildcards].filter(([other, model]) => {
    if (model === grant) return true
    if (prefix === null) return grant.startsWith(other) && !names.has(grant)
    return other.startsWith(prefix) || prefix.startsWith(other)
  })
  return [...exact, ...beginnings].map(([, model]) => model)
}
