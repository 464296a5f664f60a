/**
 * Writes `data/known-prices.json`, the compact list of what known models cost, from LiteLLM's price map:
 *
 *   node scripts/generate-known-prices.ts model_prices_and_context_window.json.gz 2026-08-01
 *
 * Only models that answer with text or embeddings, and of hosts that `resolve/known-price.ts` knows by address.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { PRICE_PREFIXES } from '../compiler/resolve/known-price.ts'

const OUT = fileURLToPath(new URL('../data/known-prices.json', import.meta.url))
const MODES = new Set(['chat', 'completion', 'responses', 'embedding'])
const SOURCE = 'BerriAI/litellm, model_prices_and_context_window.json'
const LICENSE = 'MIT License, Copyright (c) 2023 Berri AI'

const [file, date] = process.argv.slice(2)
if (file === undefined || date === undefined) {
  console.error('usage: node scripts/generate-known-prices.ts FILE[.gz] DATE')
  process.exit(1)
}
const bytes = await readFile(file)
const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
const entries = Object.entries(JSON.parse(text) as Record<string, Record<string, unknown>>)

const lines = entries
  .flatMap(([id, entry]) => toLine(id, entry) ?? [])
  .toSorted()
  .join(',\n')
const head = JSON.stringify({ source: SOURCE, license: LICENSE, date }, null, 2).slice(0, -2)
await writeFile(OUT, `${head},\n  "models": {\n${lines}\n  }\n}\n`)

/** `"id": [input, output]`, and the price of cached input where it differs: USD per million tokens. */
function toLine(id: string, entry: Record<string, unknown>): string | null {
  const hosted = PRICE_PREFIXES.some((prefix) => id.startsWith(prefix))
  if (!MODES.has(String(entry['mode'])) || (id.includes('/') && !hosted)) return null
  const input = perMillion(entry['input_cost_per_token'])
  const output = perMillion(entry['output_cost_per_token']) ?? (entry['mode'] === 'embedding' ? 0 : null)
  if (input === null || output === null || input + output === 0) return null
  const cached = perMillion(entry['cache_read_input_token_cost'])
  const prices = cached === null || cached === input ? [input, output] : [input, output, cached]
  return `    ${JSON.stringify(id)}: [${prices.join(', ')}]`
}

function perMillion(perToken: unknown): number | null {
  return typeof perToken === 'number' && perToken >= 0 ? Number((perToken * 1e6).toPrecision(9)) : null
}
