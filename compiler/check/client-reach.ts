/**
 * Which models requests of a client can come to, and by which way.
 */
import type { ResolvedClient, ResolvedPolicy } from '../resolve/resolved-policy.ts'
import { grantedModels } from './granted-models.ts'
import { targetsOf } from './targets-of.ts'

/** Model → the way there, as names: the client, what it asks for, the rules and fallbacks in between, the model. */
export type ClientReach = ReadonlyMap<string, readonly string[]>

/** By names, rules, fallbacks, and reroutes of labels; the shortest way to each model. */
export function clientReach(policy: ResolvedPolicy, name: string, client: ResolvedClient): ClientReach {
  const ways = new Map<string, readonly string[]>()
  const queue: string[] = []
  const meet = (model: string, way: readonly string[]): void => {
    if (ways.has(model) || !policy.models.has(model)) return
    ways.set(model, [...way, model])
    queue.push(model)
  }
  for (const model of entriesOf(policy, client)) meet(model, [name])
  for (const reached of queue) {
    const way = ways.get(reached) ?? []
    const model = policy.models.get(reached)
    if (model?.kind === 'ruled') {
      for (const { rule, destinations } of policy.rulesets.get(model.rules)?.rules ?? []) {
        for (const { model: to } of destinations) meet(to, [...way, `rule ${rule.id}`])
      }
    }
    if (model?.kind !== 'served') continue
    for (const entry of model.fallback) if (entry.kind === 'model') meet(entry.model, [...way, 'fallback'])
    for (const [label, { label: bound }] of policy.labels) {
      const { onDenied, mayReach } = bound
      if (onDenied?.kind !== 'reroute') continue
      const isDenied = targetsOf(model, policy).some(({ zone }) => zone < mayReach)
      if (isDenied) meet(onDenied.to, [...way, `denied by label ${label}`])
    }
  }
  return ways
}

/** Models that a client may ask for by a name. */
export function entriesOf(policy: ResolvedPolicy, { models }: ResolvedClient): Set<string> {
  if (models === null) return new Set([...policy.names.values(), ...policy.wildcards.values()])
  return new Set(models.flatMap(({ name }) => grantedModels(name, policy)))
}
