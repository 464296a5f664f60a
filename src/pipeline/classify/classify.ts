/**
 * The classify stage: a request → the facts that rules and proofs work on. Pure; what the table has no need of is
 * not computed.
 */
import type { ModelRequest } from '../../protocols/model-request.ts'
import type { Facts } from '../../table/facts.ts'
import { lookup } from '../../table/lookup.ts'
import type { RouteTable, Surface } from '../../table/route-table.ts'

export interface ClassifyInput {
  client: string
  surface: Surface
  table: RouteTable
}

export function classify(request: ModelRequest, { client, surface, table }: ClassifyInput): Facts {
  const labels = lookup(table.clients, client)?.labels ?? []
  return {
    client,
    surface,
    model: request.model,
    stream: request.stream,
    user: client,
    headers: {},
    tokens: 0,
    maxTokens: null,
    systemLength: 0,
    tools: false,
    images: false,
    json: false,
    labels: Object.fromEntries(labels.map((label) => [label, ['client']])),
    injection: false,
    complexity: 'simple',
    texts: [],
    minuteOfWeek: 0,
    unhealthy: [],
    modes: [],
  }
}
