/**
 * A request as two tables can both judge it: by what it holds, not by what one of them calls that. Each table turns it
 * into its own facts, as its classify stage would.
 */
import type { Facts } from '../../src/table/facts.ts'
import { lookup } from '../../src/table/lookup.ts'
import type { Complexity } from '../../src/table/predicate.ts'
import type { PrivacyGuard, RouteTable, Surface, TextTest } from '../../src/table/route-table.ts'

export interface AbstractRequest {
  client: string
  model: string
  surface: Surface
  stream: boolean
  user: string | null
  headers: Readonly<Record<string, string>>
  tokens: number
  maxTokens: number | null
  systemLength: number
  tools: boolean
  images: boolean
  json: boolean
  injection: boolean
  /** Keys of text tests that hold. */
  texts: readonly string[]
  /** Keys of what privacy detectors find; and `unscanned`, `failed`. */
  finds: readonly string[]
  /** Words that make it look harder; those of `code` and `reasoning` of a table. */
  words: readonly string[]
  /** What a classifier model answers, where a table has one; null = nothing of use. */
  classifier: Complexity | null
  minuteOfWeek: number
  unhealthy: readonly string[]
  modes: readonly string[]
}

/** A short chat on Monday at noon, with nothing remarkable about it. */
export const PLAIN: Omit<AbstractRequest, 'client' | 'model'> = {
  surface: 'chat',
  stream: false,
  user: null,
  headers: {},
  tokens: 10,
  maxTokens: null,
  systemLength: 0,
  tools: false,
  images: false,
  json: false,
  injection: false,
  texts: [],
  finds: [],
  words: [],
  classifier: null,
  minuteOfWeek: 720,
  unhealthy: [],
  modes: [],
}

/** The same text is asked for by the same key in every table. */
export function textKey(text: TextTest): string {
  return JSON.stringify([text.in, text.test, text.test.kind === 'contains' && text.caseSensitive])
}

/** The same for what a detector or a pattern finds. */
export function patternKey({ id, source, flags }: PrivacyGuard['patterns'][number]): string {
  return `${id}: /${source}/${flags}`
}

/** @returns abstract request → the facts that this table's edge would find */
export function createToFacts(table: RouteTable): (request: AbstractRequest) => Facts {
  const { needs, classify, clients } = table
  const textKeys = table.texts.map(textKey)
  return (request) => {
    const { client, surface, texts, headers, user } = request
    return {
      client,
      surface,
      model: request.model,
      stream: request.stream,
      user: user ?? client,
      headers: Object.fromEntries(needs.headers.flatMap((name) => pair(name, lookup(headers, name)))),
      tokens: needs.text ? request.tokens : 0,
      maxTokens: request.maxTokens,
      systemLength: needs.text ? request.systemLength : 0,
      tools: request.tools,
      images: request.images,
      json: request.json,
      labels: withCause(foundLabels(request, table), lookup(clients, client)?.labels ?? [], 'client'),
      injection: request.injection && classify.injection?.surfaces.includes(surface) === true,
      complexity: needs.complexity ? complexityOf(request, table) : 'simple',
      texts: textKeys.map((key) => texts.includes(key)),
      minuteOfWeek: needs.time ? request.minuteOfWeek : 0,
      unhealthy: request.unhealthy,
      modes: request.modes,
    }
  }
}

function pair(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]]
}

/** Label → causes, as the privacy guard would have it. */
function foundLabels(
  { surface, finds, images }: AbstractRequest,
  table: RouteTable,
): Record<string, string[]> {
  const { privacy: guard, images: whatOfImages } = table.classify
  if (guard === null || !guard.surfaces.includes(surface)) return {}
  let labels: Record<string, string[]> = {}
  const found = finds.filter((find) => guard.detectors.some((detector) => detector === find))
  for (const cause of found) labels = withCause(labels, [guard.label], cause)
  for (const pattern of guard.patterns) {
    if (finds.includes(patternKey(pattern))) labels = withCause(labels, [pattern.label], pattern.id)
  }
  const bound = (name: string): number => lookup(table.labels, name)?.mayReach ?? 0
  const nearer = guard.patterns.map(({ label }) => label).filter((label) => bound(label) > bound(guard.label))
  const unread = [...new Set([guard.label, ...nearer])]
  for (const cause of ['unscanned', 'failed'])
    if (finds.includes(cause)) labels = withCause(labels, unread, cause)
  return images && whatOfImages === 'label' ? withCause(labels, unread, 'images') : labels
}

function withCause(
  labels: Record<string, string[]>,
  names: readonly string[],
  cause: string,
): Record<string, string[]> {
  const added = names.map((name) => [name, [...(lookup(labels, name) ?? []), cause]])
  return { ...labels, ...(Object.fromEntries(added) as Record<string, string[]>) }
}

/** What a classifier model says, or else what the heuristic of the classify stage does. */
function complexityOf({ tokens, words, classifier }: AbstractRequest, { classify }: RouteTable): Complexity {
  if (classify.complexity.classifier !== null && classifier !== null) return classifier
  const { simpleTokens, mediumTokens, code, reasoning } = classify.complexity
  if (tokens > mediumTokens || words.some((word) => reasoning.includes(word))) return 'complex'
  return tokens > simpleTokens || words.some((word) => code.includes(word)) ? 'medium' : 'simple'
}
