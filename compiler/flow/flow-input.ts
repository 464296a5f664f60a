/** What of a policy the flow analysis reads, in the table's own terms: the edge decides on the very same data. */
import type { Client } from '../../src/table/front-policy.ts'
import type { Label, RouteTable } from '../../src/table/route-table.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'

export type FlowInput = Pick<RouteTable, 'names' | 'wildcards' | 'surfaces' | 'classify' | 'rulesets'> & {
  clients: Record<string, Pick<Client, 'models' | 'tags' | 'labels'>>
  labels: Record<string, Pick<Label, 'mayReach'>>
  /** Model → the ruleset it has, or null when it is served itself. */
  models: Record<string, string | null>
}

export function toFlowInput(policy: ResolvedPolicy): FlowInput {
  const entries = <A, B>(map: ReadonlyMap<string, A>, convert: (value: A) => B): Record<string, B> =>
    Object.fromEntries(Array.from(map, ([key, value]) => [key, convert(value)]))
  return {
    names: Object.fromEntries(policy.names),
    wildcards: Array.from(policy.wildcards, ([prefix, model]) => ({ prefix, model })).toSorted(
      (a, b) => b.prefix.length - a.prefix.length,
    ),
    surfaces: policy.surfaces,
    classify: policy.classify,
    rulesets: entries(policy.rulesets, ({ rules }) => rules.map(({ rule }) => rule)),
    clients: entries(policy.clients, ({ models, tags, labels }) => ({
      models: models && models.map(({ name }) => name),
      tags,
      labels: labels.map(({ name }) => name),
    })),
    labels: entries(policy.labels, ({ label: { mayReach } }) => ({ mayReach })),
    models: entries(policy.models, (model) => (model.kind === 'ruled' ? model.rules : null)),
  }
}
