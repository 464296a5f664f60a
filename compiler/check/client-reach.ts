/**
 * Which models requests of a client can come to, and by which way.
 */
import type { Predicate } from '../../src/table/predicate.ts'
import { analyseFlow } from '../flow/flow.ts'
import type { ResolvedClient, ResolvedPolicy } from '../resolve/resolved-policy.ts'
import { grantedModels } from './granted-models.ts'
import { targetsOf } from './targets-of.ts'

/** Model → the way there, as names: the client, what it asks for, the rules and fallbacks in between, the model. */
export type ClientReach = ReadonlyMap<string, readonly string[]>

/** Whether a request of the client can come to a rule. */
export type ComesTo = (ruleset: string, index: number) => boolean

/** What the flow analysis knows: exact, and work for every rule that is asked about. */
export function exactly(policy: ResolvedPolicy, client: string): ComesTo {
  const also: Predicate[] = [{ kind: 'client', names: [client] }]
  return (ruleset, index) => analyseFlow(policy).atRule({ ruleset, index, also }).kind !== 'none'
}

/** By names, rules, fallbacks, and reroutes of labels; the shortest way to each model. */
export function clientReach(
  policy: ResolvedPolicy,
  name: string,
  comesTo: ComesTo = () => true,
): ClientReach {
  const ways = new Map<string, readonly string[]>()
  const queue: string[] = []
  const meet = (model: string, way: readonly string[]): void => {
    if (ways.has(model) || !policy.models.has(model)) return
    ways.set(model, [...way, model])
    queue.push(model)
  }
  for (const model of entriesOf(policy, policy.clients.get(name))) meet(model, [name])
  for (const reached of queue) {
    const way = ways.get(reached) ?? []
    const model = policy.models.get(reached)
    if (model?.kind === 'ruled') {
      for (const [index, { rule, destinations }] of (
        policy.rulesets.get(model.rules)?.rules ?? []
      ).entries()) {
        if (destinations.length === 0 || !comesTo(model.rules, index)) continue
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
export function entriesOf(policy: ResolvedPolicy, client: ResolvedClient | undefined): Set<string> {
  const grants = client === undefined ? [] : client.models
  if (grants === null) return new Set([...policy.names.values(), ...policy.wildcards.values()])
  return new Set(grants.flatMap(({ name }) => grantedModels(name, policy)))
}
