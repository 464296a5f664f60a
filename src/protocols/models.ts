/** `GET /v1/models` in OpenAI's shape: only what the calling client may use. */
import { modelNotFound } from '../pipeline/route/refusal.ts'
import { lookup } from '../table/lookup.ts'
import { mayUse } from '../table/names.ts'
import type { RouteTable } from '../table/route-table.ts'

export interface ModelCard {
  id: string
  object: 'model'
  created: number
  owned_by: string
}

export function modelList(table: RouteTable, client: string): { object: 'list'; data: ModelCard[] } {
  const names = Object.keys(table.names).filter((name) => mayUse(table, client, name))
  return { object: 'list', data: names.map(card) }
}

/** @throws GatewayError model_not_found, also for what this client may not use */
export function modelCard(table: RouteTable, client: string, name: string): ModelCard {
  if (lookup(table.names, name) === undefined || !mayUse(table, client, name)) throw modelNotFound(name)
  return card(name)
}

/** `created` is required by the shape; the policy knows no date, so it is the epoch. */
function card(id: string): ModelCard {
  return { id, object: 'model', created: 0, owned_by: 'aicc' }
}
