/** What a request may use, before anybody has counted: what is reserved for it. */
import type { JsonObject } from '../../protocols/json-object.ts'
import { textParts } from '../../protocols/text-parts.ts'
import type { ParameterEdits } from '../../table/decision.ts'
import type { Facts } from '../../table/facts.ts'
import { lookup } from '../../table/lookup.ts'
import type { RouteTable } from '../../table/route-table.ts'
import { SURFACE_TRAITS } from '../../table/surfaces.ts'
import type { Price } from '../../table/usage-limits.ts'
import { estimateTokens } from '../classify/estimate-tokens.ts'

/** Tokens of an answer whose length nobody bounds. */
const UNBOUNDED_OUTPUT = 1024

/** No answer is longer. JSON's `1e400` is Infinity, which is no number to count with and no JSON any more. */
const LONGEST_ANSWER = 1e7

/** More answers than this at once no server gives. */
const MOST_ANSWERS = 128

export interface TokenEstimate {
  input: number
  output: number
  /** The request says itself how long its answer may become. */
  bounded: boolean
}

export function estimateRequest(
  body: JsonObject,
  facts: Facts,
  { edits, table }: { edits: ParameterEdits; table: RouteTable },
): TokenEstimate {
  const input = inputTokens(body, facts, table)
  const { outputLimit } = SURFACE_TRAITS[facts.surface]
  if (outputLimit.length === 0) return { input, output: 0, bounded: true }
  const longest = longestAnswer(body.value, edits, outputLimit)
  const { n, best_of: best, prompt } = body.value
  const answers = Math.max(answersOf(n), answersOf(best)) * promptsIn(prompt)
  return { input, output: (longest ?? UNBOUNDED_OUTPUT) * answers, bounded: longest !== null }
}

function inputTokens(body: JsonObject, facts: Facts, table: RouteTable): number {
  if (table.needs.text) return facts.tokens
  // The whole body is little more than its text, unless there are images in it.
  if (!facts.images) return estimateTokens(body.text)
  const { parts } = textParts(body.value, facts.surface, body.numbers)
  return parts.reduce((sum, { text }) => sum + estimateTokens(text), 0)
}

/** Tokens, after rules have set and clamped them; null = nobody says. */
function longestAnswer(
  body: JsonObject['value'],
  { set, clamp }: ParameterEdits,
  names: readonly string[],
): number | null {
  const said = lookup(set, 'max_tokens')
  const bounds = lookup(clamp, 'max_tokens')
  const wanted = typeof said === 'number' ? said : (wantedTokens(body, names) ?? bounds?.max ?? null)
  if (wanted === null) return null
  const clamped = Math.min(Math.max(wanted, bounds?.min ?? 0), bounds?.max ?? LONGEST_ANSWER)
  return Math.max(0, Math.ceil(Math.min(clamped, LONGEST_ANSWER)))
}

/** Its limit may have two names, and backends differ in whom they believe; some read a text as the number that it says. */
function wantedTokens(body: JsonObject['value'], names: readonly string[]): number | null {
  let most: number | null = null
  for (const name of names) {
    const said = body[name]
    const value = typeof said === 'string' ? Number(said) : said
    if (typeof value === 'number' && !Number.isNaN(value)) most = Math.max(most ?? value, value)
  }
  return most
}

/** A list of texts, or of lists of tokens, is answered once for each; a list of tokens is one prompt. */
function promptsIn(prompt: unknown): number {
  return Array.isArray(prompt) && typeof prompt[0] !== 'number' ? Math.max(1, prompt.length) : 1
}

function answersOf(value: unknown): number {
  return typeof value === 'number' && value > 1 ? Math.min(Math.ceil(value), MOST_ANSWERS) : 1
}

/** Whether no budget hears of it: it costs nothing, or nobody says what it does. */
export function isFree(price: Price | null): boolean {
  return price === null || (price.input === 0 && price.cachedInput === 0 && price.output === 0)
}

/** Nano-USD, whole. What costs nothing or has no price is free. */
export function costOf(
  price: Price | null,
  { input, cachedInput, output }: { input: number; cachedInput: number; output: number },
): number {
  if (price === null) return 0
  return Math.round(
    (input - cachedInput) * price.input + cachedInput * price.cachedInput + output * price.output,
  )
}
