/**
 * A request and the state of the world it meets, as plain values: what the naive interpreter reads, and what becomes
 * facts for decide().
 */
import type { Facts } from '../../../src/table/facts.ts'
import type { Complexity } from '../../../src/table/predicate.ts'
import type { RouteTable, Surface } from '../../../src/table/route-table.ts'

/** The one header and the one word that small policies look at. */
export const FLAG = 'x-flag'
export const WORD = 'magic'

export interface World {
  client: string
  /** Name asked for. */
  model: string
  surface: Surface
  /** It refers to an earlier response. */
  state: boolean
  /** A backend is to search the web for it. */
  serverTool: boolean
  /** Label → what caused it. */
  labels: Record<string, string[]>
  /** Value of the header; null = absent. */
  flag: string | null
  /** Whether the last user turn holds the word. */
  word: boolean
  tokens: number
  maxTokens: number | null
  tools: boolean
  images: boolean
  stream: boolean
  injection: boolean
  complexity: Complexity
  user: string
  modes: string[]
  down: string[]
}

export function toFacts(world: World, table: RouteTable): Facts {
  const { flag, word, down, state, serverTool, ...same } = world
  return {
    ...same,
    ...(state && { state: 'previous_response_id' }),
    ...(serverTool && { serverTool: 'web_search' }),
    headers: flag === null ? {} : { [FLAG]: flag },
    texts: table.texts.map(({ test }) => word && test.kind === 'contains' && test.anyOf.includes(WORD)),
    systemLength: 0,
    json: false,
    minuteOfWeek: 0,
    unhealthy: down,
  }
}
