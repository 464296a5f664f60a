/**
 * A request as two tables can both judge it: by what it holds, not by what one of them calls that. Each table turns it
 * into its own facts, as its classify stage would.
 */
import type { Facts } from '../../src/table/facts.ts'
import { lookup } from '../../src/table/lookup.ts'
import type { Complexity } from '../../src/table/predicate.ts'
import type { PrivacyPattern, RouteTable, Surface, TextTest } from '../../src/table/route-table.ts'

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
export function textKey({ in: part, test, caseSensitive }: TextTest): string {
  // Which literals were found in a pattern is the compiler's business: it asks for the same without them.
  const asked = test.kind === 'matches' ? { ...test, literals: null } : test
  return JSON.stringify([part, asked, test.kind === 'contains' && caseSensitive])
}

/** The same for what a detector or a pattern finds. */
export function patternKey({ id, source, flags, group, check, minEntropy }: PrivacyPattern): string {
  const further = group !== null || check !== null || minEntropy > 0
  return `${id}: /${source}/${flags}${further ? ` ${JSON.stringify([group, check, minEntropy])}` : ''}`
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

/** Label → causes, as the privacy guard would have it (`classify/scan-privacy.ts`). */
function foundLabels(
  { surface, finds, images }: AbstractRequest,
  { classify, labels: bounds }: RouteTable,
): Record<string, string[]> {
  const { privacy: guard, images: whatOfImages } = classify
  if (guard === null || !guard.surfaces.includes(surface)) return {}
  const { label, detectors, patterns } = guard
  const bound = (name: string): number => lookup(bounds, name)?.mayReach ?? 0
  const all = [...new Set([label, ...patterns.map((pattern) => pattern.label)])]
  const unread = all.filter((other) => other === label || bound(other) > bound(label))
  const causes: PossibleCause[] = [
    ...detectors.map((name): PossibleCause => [name, finds.includes(name), [label]]),
    ...patterns.map((pattern): PossibleCause => [
      pattern.id,
      finds.includes(patternKey(pattern)),
      [pattern.label],
    ]),
    ['failed', finds.includes('failed'), all],
    ['unscanned', finds.includes('unscanned'), unread],
    ['images', images && whatOfImages === 'label', unread],
  ]
  return causes.reduce<Record<string, string[]>>(
    (found, [cause, isThere, names]) => (isThere ? withCause(found, names, cause) : found),
    {},
  )
}

type PossibleCause = [cause: string, isThere: boolean, labels: readonly string[]]

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
