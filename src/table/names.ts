/** From the name a client asks for to the model it means, and whether the client may ask for it. */
import { lookup } from './lookup.ts'
import type { Client } from './front-policy.ts'
import type { RouteTable } from './route-table.ts'

/** The part of a table by which names are followed; the compiler's analyses have no more of it. */
export type Names = Pick<RouteTable, 'names' | 'wildcards'>

export type Grants = Names & { clients: Readonly<Record<string, Pick<Client, 'models'>>> }

export interface ResolvedName {
  /** Key of the table's `models`. */
  model: string
  /** What the `*` of a wildcard stood for; empty for an exact name. */
  rest: string
}

/** What may stand for a wildcard's `*`: the characters of names. It can become part of a model id. */
const WILDCARD_REST = /^[A-Za-z0-9._:/-]{1,127}$/

/** Exact names win over wildcards, longer prefixes over shorter ones. Undefined for a name that means nothing. */
export function resolveName(table: Names, name: string): ResolvedName | undefined {
  const exact = lookup(table.names, name)
  if (exact !== undefined) return { model: exact, rest: '' }
  for (const { prefix, model } of table.wildcards) {
    if (!name.startsWith(prefix)) continue
    const rest = name.slice(prefix.length)
    return WILDCARD_REST.test(rest) ? { model, rest } : undefined
  }
  return undefined
}

/** A grant for a model holds for its aliases; a grant that ends in `*` for every name it begins. */
export function mayUse(table: Grants, client: string, name: string): boolean {
  const allowed = lookup(table.clients, client)?.models
  if (allowed === undefined) return false
  if (allowed === null || allowed.includes(name)) return true
  if (allowed.some((grant) => grant.endsWith('*') && name.startsWith(grant.slice(0, -1)))) return true
  const model = resolveName(table, name)?.model
  return model !== undefined && allowed.includes(model)
}
