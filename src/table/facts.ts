/** All that routing knows of a request and of the world at that moment: plain data. */
import type { Complexity } from './predicate.ts'
import type { Capability, Surface } from './route-table.ts'

export interface Facts {
  /** Name of the client whose key was shown. */
  client: string
  surface: Surface
  /** The model name as the client wrote it. */
  model: string
  stream: boolean
  /** Whom a split keeps together: the request's `user`, else the client's name. */
  user: string
  /** Request headers that the table needs, names in lower case. */
  headers: Readonly<Record<string, string>>
  /** Estimated tokens of the input. */
  tokens: number
  /** Output tokens asked for; null when the request does not say. */
  maxTokens: number | null
  /** Characters of all system and developer text. */
  systemLength: number
  tools: boolean
  images: boolean
  /** Whether an answer in JSON is demanded. */
  json: boolean
  /** The field that only a backend which keeps state can honour; left out = there is none. */
  state?: string
  /** The tool that the backend itself would run; left out = there is none. */
  serverTool?: string
  /** Labels of the request, with what caused each: a detector, a pattern's id, `client`, `unscanned`, `images`, `failed`. */
  labels: Readonly<Record<string, readonly string[]>>
  /** The injection verdict: flagged or not. */
  injection: boolean
  complexity: Complexity
  /** For each of the table's `texts`, whether it holds. */
  texts: readonly boolean[]
  /** Minutes since Monday 00:00 in the table's time zone. */
  minuteOfWeek: number
  /** Backends, and targets as `backend/model`, that are held to be down; those first that are tried again first. */
  unhealthy: readonly string[]
  /** Modes that are on. */
  modes: readonly string[]
}

/** What the request wants a model to be able to do. */
export function wantedCapabilities(facts: Facts): Capability[] {
  const wanted: Capability[] = []
  if (facts.tools) wanted.push('tools')
  if (facts.images) wanted.push('vision')
  if (facts.json) wanted.push('json')
  return wanted
}
