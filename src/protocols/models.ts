/** `GET /v1/models`, in OpenAI's shape and in Anthropic's: only what the calling client may use. */
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

export interface AnthropicModelCard {
  type: 'model'
  id: string
  display_name: string
  created_at: string
  lifecycle: 'active'
  capabilities: null
  line: null
  max_input_tokens: null
  max_tokens: null
  deprecated_at: null
  retires_at: null
}

/** How models are shown. */
export interface ModelShape<Card, List> {
  card: (name: string) => Card
  list: (names: readonly string[]) => List
}

/** The shape demands a date; the policy knows none, so it is the epoch. */
export const OPENAI_MODELS: ModelShape<ModelCard, { object: 'list'; data: ModelCard[] }> = {
  card: (id) => ({ id, object: 'model', created: 0, owned_by: 'aicc' }),
  list: (names) => ({ object: 'list', data: names.map(OPENAI_MODELS.card) }),
}

export interface AnthropicModelList {
  data: AnthropicModelCard[]
  has_more: boolean
  first_id: string | null
  last_id: string | null
}

/** Anthropic's clients want them said. */
const UNKNOWN_OF_MODELS = {
  capabilities: null,
  line: null,
  max_input_tokens: null,
  max_tokens: null,
  deprecated_at: null,
  retires_at: null,
} as const

/** All are on the first page, however few were asked for. */
export const ANTHROPIC_MODELS: ModelShape<AnthropicModelCard, AnthropicModelList> = {
  card: (id) => ({
    type: 'model',
    id,
    display_name: id,
    created_at: '1970-01-01T00:00:00Z',
    lifecycle: 'active',
    ...UNKNOWN_OF_MODELS,
  }),
  list: (names) => ({
    data: names.map(ANTHROPIC_MODELS.card),
    has_more: false,
    first_id: names[0] ?? null,
    last_id: names.at(-1) ?? null,
  }),
}

export function modelList<List>(table: RouteTable, client: string, shape: ModelShape<unknown, List>): List {
  return shape.list(Object.keys(table.names).filter((name) => mayUse(table, client, name)))
}

export interface AskedModel {
  client: string
  name: string
}

/** @throws GatewayError model_not_found, also for what this client may not use */
export function modelCard<Card>(
  table: RouteTable,
  { client, name }: AskedModel,
  shape: ModelShape<Card, unknown>,
): Card {
  if (lookup(table.names, name) === undefined || !mayUse(table, client, name)) throw modelNotFound(name)
  return shape.card(name)
}
