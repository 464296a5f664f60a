/**
 * What a model costs whose policy does not say: a pinned list of known models, by the id that goes over the wire.
 */
import { readFileSync } from 'node:fs'
import type { BackendKind } from '../../src/table/route-table.ts'
import type { ResolvedPrice } from './resolved-policy.ts'

/** Hosts that sell models of others have prices of their own; in the list their models begin with this. */
const PREFIX_OF_HOST: Record<string, string> = {
  'api.cerebras.ai': 'cerebras/',
  'api.deepinfra.com': 'deepinfra/',
  'api.deepseek.com': 'deepseek/',
  'api.fireworks.ai': 'fireworks_ai/',
  'api.groq.com': 'groq/',
  'api.mistral.ai': 'mistral/',
  'api.moonshot.ai': 'moonshot/',
  'api.perplexity.ai': 'perplexity/',
  'api.together.xyz': 'together_ai/',
  'api.voyageai.com': 'voyage/',
  'api.x.ai': 'xai/',
  'generativelanguage.googleapis.com': 'gemini/',
  'openrouter.ai': 'openrouter/',
}

/** What ids of the list may begin with. */
export const PRICE_PREFIXES: readonly string[] = [...new Set(Object.values(PREFIX_OF_HOST))]

/** Proxies name the provider in the id; the list does not where it is the model's own maker. */
const MAKER = /^(?:openai|anthropic)\//

interface KnownPrices {
  /** When the list was taken, `2026-08-01`. */
  date: string
  /** USD per million tokens: input, output, and cached input where it differs. */
  models: Record<string, [input: number, output: number, cachedInput?: number]>
}

let known: KnownPrices | null = null

/** @returns null for a model that is not in the list */
export function knownPrice({
  kind,
  origin,
  id,
}: {
  kind: BackendKind
  /** `scheme://host:port`. */
  origin: string | null
  id: string
}): ResolvedPrice | null {
  // What they serve runs on the owner's machine, or is a toy.
  if (kind === 'demo' || kind === 'ollama') return null
  known ??= JSON.parse(
    readFileSync(new URL('../../data/known-prices.json', import.meta.url), 'utf8'),
  ) as KnownPrices
  const host = origin === null ? '' : new URL(origin).hostname
  const candidates = [`${PREFIX_OF_HOST[host] ?? ''}${id}`, id, id.replace(MAKER, '')]
  const found = candidates.find((name) => Object.hasOwn(known?.models ?? {}, name))
  const price = found === undefined ? undefined : known.models[found]
  if (price === undefined) return null
  const [input, output, cachedInput = input] = price
  return { input, output, cachedInput, listed: known.date }
}
