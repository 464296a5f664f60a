/**
 * decide(): where does this request go? Pure, the same function in the server and in every tool.
 */
import type { RouteTable, Surface, Target } from './route-table.ts'

/** All that routing knows of a request. */
export interface RequestFacts {
  /** Name of the client whose key was shown. */
  client: string
  surface: Surface
  /** The model name as the client wrote it. */
  model: string
  stream: boolean
}

export type Decision =
  | { kind: 'route'; model: string; targets: readonly Target[] }
  | { kind: 'refuse'; reason: 'unknown-model' | 'model-not-allowed' }

/** Own property of a record, or undefined: a name such as `__proto__` finds nothing. */
export function lookup<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** May this client ask for this name? A grant for a model holds for its aliases. */
export function mayUse(table: RouteTable, client: string, name: string): boolean {
  const allowed = lookup(table.clients, client)?.models
  if (allowed === undefined) return false
  if (allowed === null || allowed.includes(name)) return true
  const model = lookup(table.names, name)
  return model !== undefined && allowed.includes(model)
}

export function decide(facts: RequestFacts, table: RouteTable): Decision {
  const name = lookup(table.names, facts.model)
  const model = name === undefined ? undefined : lookup(table.models, name)
  if (name === undefined || model === undefined) return { kind: 'refuse', reason: 'unknown-model' }
  if (!mayUse(table, facts.client, facts.model)) return { kind: 'refuse', reason: 'model-not-allowed' }
  return { kind: 'route', model: name, targets: model.targets }
}
