/**
 * The classify stage: a request → the facts that rules and proofs work on. Pure but for the clock, and what the table
 * has no need of is not computed. The detectors behind it may change as long as this call does not.
 */
import type { ModelRequest } from '../../protocols/model-request.ts'
import { serverToolAsked, stateAsked } from '../../protocols/asks-of-backend.ts'
import { hasImages } from '../../protocols/has-images.ts'
import { isRecord } from '../../protocols/json-object.ts'
import { type RequestText, type TextPart, textParts } from '../../protocols/text-parts.ts'
import type { Facts } from '../../table/facts.ts'
import { lookup } from '../../table/lookup.ts'
import type { Client } from '../../table/front-policy.ts'
import type { InjectionGuard, RouteTable, Surface } from '../../table/route-table.ts'
import { SURFACE_TRAITS } from '../../table/surfaces.ts'
import { boundText } from './bound-text.ts'
import { gaugeComplexity } from './complexity.ts'
import { estimateTokens, TOKENS_PER_MESSAGE } from './estimate-tokens.ts'
import { flagUnread, judgeInjection, type InjectionVerdict, NOT_JUDGED } from './injection.ts'
import { minuteOfWeek } from './minute-of-week.ts'
import { namedOutside } from './named-outside.ts'
import { prepare } from './prepare.ts'
import { NOT_SCANNED, type PrivacyScan, scanPrivacy } from './scan-privacy.ts'
import { runTextTests } from './text-tests.ts'

export interface ClassifyInput {
  client: string
  surface: Surface
  table: RouteTable
  /** Names in lower case; at least those of `table.needs.headers`. */
  headers: Readonly<Record<string, string>>
  /** The one that the client gave: it goes to the backend as well. */
  correlationId?: string | null
  /** Unix ms; now when left out. */
  now?: number
}

export interface Classified {
  /** `unhealthy` and `modes` are empty: they are the world's, and whoever decides fills them in. */
  facts: Facts
  /** The text that was looked at; empty where nothing asked for text. */
  parts: readonly TextPart[]
  /** The parts of the last user turn stand from here to before there. */
  lastUser: readonly [from: number, to: number]
  /** What the privacy detectors found, by place in `parts`. */
  findings: PrivacyScan['findings']
  /** What they found that does not count. */
  passedOver: PrivacyScan['passedOver']
  /** Why something was not read by them. */
  unread: PrivacyScan['unread']
  injection: InjectionVerdict
  /** What lifted the complexity above `simple`. */
  complexityReasons: readonly string[]
}

const NO_TEXT: RequestText = {
  parts: [],
  lastUser: [0, 0],
  messages: 0,
  tokenNumbers: 0,
  systemLength: 0,
  images: false,
  opaque: false,
  cut: false,
}
const NO_HEADERS: Readonly<Record<string, string>> = {}

/** Longer ones than this say nothing more about who a user is. */
const LONGEST_USER = 256

export function classify(request: ModelRequest, input: ClassifyInput): Classified {
  const { client, surface, table } = input
  const { needs, classify: guards } = table
  const body = request.body.value
  const text = needs.text ? textParts(body, surface, request.body.numbers) : NO_TEXT
  const tokens = text.cut ? estimateTokens(request.body.text) : tokensOf(text)
  const images = text.images || (!needs.text && hasImages(body, surface))
  const outside = needs.text ? namedOutside(request, input.correlationId ?? null, table) : []
  const parts = outside.length === 0 ? text.parts : [...text.parts, ...outside]

  const privacy = guards.privacy?.surfaces.includes(surface)
    ? scanPrivacy({ parts }, { images, opaque: text.opaque }, { table })
    : { ...NOT_SCANNED, labels: {} }
  const injection = guards.injection?.surfaces.includes(surface)
    ? judge(text, guards.injection, { table, surface })
    : NOT_JUDGED
  const asked = boundText(text, guards.scanBytes)
  const gauged = needs.complexity
    ? gaugeComplexity(asked, tokens, { gauge: guards.complexity, words: prepare(table) })
    : { complexity: 'simple' as const, reasons: [] }

  const facts: Facts = {
    client,
    surface,
    model: request.model,
    stream: request.stream,
    user: userOf(body) ?? client,
    headers: neededHeaders(input),
    tokens,
    maxTokens: maxTokensOf(body, surface),
    systemLength: text.systemLength,
    tools: isFilled(body['tools']) || isFilled(body['functions']),
    images,
    json: jsonAsked(body, surface),
    labels: withClientLabels(privacy.labels, lookup(table.clients, client)),
    injection: injection.flagged,
    complexity: gauged.complexity,
    texts: table.texts.length === 0 ? [] : runTextTests(prepare(table).texts, asked),
    minuteOfWeek: needs.time ? minuteOfWeek(table.timeZone, input.now ?? Date.now()) : 0,
    unhealthy: [],
    modes: [],
  }
  noteAsked(facts, body)
  return {
    facts,
    parts,
    lastUser: text.lastUser,
    findings: privacy.findings,
    passedOver: privacy.passedOver,
    unread: privacy.unread,
    injection,
    complexityReasons: gauged.reasons,
  }
}

/** Whether the guards have anything to say of it. */
export function isRemarkable({ facts, findings, passedOver, unread }: Classified): boolean {
  if (facts.injection || findings.length > 0 || passedOver.length > 0 || unread.length > 0) return true
  return Object.keys(facts.labels).length > 0
}

function judge(
  { parts, cut }: RequestText,
  { thresholds, model }: InjectionGuard,
  { table, surface }: Pick<ClassifyInput, 'table' | 'surface'>,
): InjectionVerdict {
  const { offFamilies: off } = prepare(table)
  const verdict = judgeInjection(parts, { thresholds, off, model, surface }, table.classify.scanBytes)
  return cut ? flagUnread(verdict) : verdict
}

function tokensOf({ parts, messages, tokenNumbers }: RequestText): number {
  return parts.reduce(
    (sum, { text }) => sum + estimateTokens(text),
    messages * TOKENS_PER_MESSAGE + tokenNumbers,
  )
}

function withClientLabels(
  found: Record<string, string[]>,
  client: Client | undefined,
): Record<string, readonly string[]> {
  const labels: Record<string, readonly string[]> = found
  for (const label of client?.labels ?? []) labels[label] = [...(lookup(labels, label) ?? []), 'client']
  return labels
}

/** The end user as OpenAI's field names it, or as Anthropic's clients put it into the metadata. */
function userOf(body: Readonly<Record<string, unknown>>): string | undefined {
  const { user, safety_identifier: safety, metadata } = body
  const named = user ?? safety ?? (isRecord(metadata) ? metadata['user_id'] : undefined)
  return typeof named === 'string' && named !== '' ? named.slice(0, LONGEST_USER) : undefined
}

function maxTokensOf(body: Readonly<Record<string, unknown>>, surface: Surface): number | null {
  let said: unknown = null
  for (const name of SURFACE_TRAITS[surface].outputLimit) said = body[name] ?? said
  return typeof said === 'number' ? said : null
}

function noteAsked(facts: Facts, body: Readonly<Record<string, unknown>>): void {
  const state = stateAsked(body, facts.surface)
  if (state !== undefined) facts.state = state
  const serverTool = serverToolAsked(body, facts.surface)
  if (serverTool !== undefined) facts.serverTool = serverTool
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0
}

/** Each protocol says in a place of its own that it wants JSON. */
function jsonAsked(body: Readonly<Record<string, unknown>>, surface: Surface): boolean {
  const { response_format: chat, text, output_config: config, output_format: older } = body
  if (surface === 'responses') return isRecord(text) && wantsJson(text['format'])
  if (surface === 'messages') return wantsJson(isRecord(config) ? config['format'] : older)
  return wantsJson(chat)
}

function wantsJson(format: unknown): boolean {
  if (!isRecord(format)) return false
  return format['type'] === 'json_object' || format['type'] === 'json_schema'
}

function neededHeaders({ table, headers }: ClassifyInput): Readonly<Record<string, string>> {
  if (table.needs.headers.length === 0) return NO_HEADERS
  return Object.fromEntries(
    table.needs.headers.flatMap((name) => {
      const value = lookup(headers, name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
