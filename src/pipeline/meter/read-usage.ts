/** What a backend says it used: the `usage` object of its answer, found without parsing the rest. */
import { isRecord } from '../../protocols/json-object.ts'
import { kept } from '../kept.ts'

/** Tokens as the backend counted them. */
export interface WireUsage {
  input: number
  /** Of `input`, those that a cache of the backend's answered. */
  cachedInput: number
  output: number
}

/** A usage object is longer nowhere; what does not end by then is something else. */
const LONGEST = 4096

/** The last one in a text of JSON or of events; null where none is told. */
export function findUsage(text: string): WireUsage | null {
  // Within a string a quote is escaped, so what stands in an answer's own text cannot be taken for it.
  for (
    let at = text.lastIndexOf('"usage"');
    at !== -1;
    at = at === 0 ? -1 : text.lastIndexOf('"usage"', at - 1)
  ) {
    const open = /^"usage"\s*:\s*\{/.exec(text.slice(at, at + 64))
    if (open === null) continue
    const usage = readUsage(parseObject(text.slice(at + open[0].length - 1, at + LONGEST)))
    if (usage !== null) return usage
  }
  return text.includes('"eval_count"') ? ollamaUsage(text) : null
}

/** Ollama's own protocol tells it among what else it measured. */
function ollamaUsage(text: string): WireUsage | null {
  const count = (name: string): number | null => {
    const digits = new RegExp(`"${name}"\\s*:\\s*(\\d{1,12})`).exec(text)?.[1]
    return digits === undefined ? null : countOf(Number(digits))
  }
  const output = count('eval_count')
  return output === null ? null : { input: count('prompt_eval_count') ?? 0, cachedInput: 0, output }
}

/** OpenAI's names, and those of its newer API and of Anthropic's. */
export function readUsage(usage: unknown): WireUsage | null {
  if (!isRecord(usage)) return null
  kept.usage = usage
  const input = countOf(usage['prompt_tokens'] ?? usage['input_tokens'])
  const output = countOf(usage['completion_tokens'] ?? usage['output_tokens'])
  if (input === null && output === null) return null
  const aside = usage['prompt_tokens'] === undefined ? cachedAside(usage) : null
  if (aside !== null) {
    const { read, written } = aside
    return { input: (input ?? 0) + read + written, cachedInput: read, output: output ?? 0 }
  }
  const details = usage['prompt_tokens_details'] ?? usage['input_tokens_details']
  const cached = countOf(isRecord(details) ? details['cached_tokens'] : usage['prompt_cache_hit_tokens'])
  return { input: input ?? 0, cachedInput: Math.min(cached ?? 0, input ?? 0), output: output ?? 0 }
}

/** Anthropic counts what its cache answered, and what went into the cache, beside the other input. */
function cachedAside(usage: Record<string, unknown>): { read: number; written: number } | null {
  const read = countOf(usage['cache_read_input_tokens'])
  const written = countOf(usage['cache_creation_input_tokens'])
  return read === null && written === null ? null : { read: read ?? 0, written: written ?? 0 }
}

/** More tokens than this no request has. */
const MOST_TOKENS = 1e9

/** Null for what is no count: a backend's mistake must not become credit, nor use up a budget for good. */
function countOf(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= MOST_TOKENS ? Math.round(value) : null
}

/** The object that the text begins with. */
function parseObject(text: string): unknown {
  let depth = 0
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '{') depth += 1
    if (text[i] !== '}') continue
    depth -= 1
    if (depth > 0) continue
    try {
      return JSON.parse(text.slice(0, i + 1))
    } catch {
      return null
    }
  }
  return null
}
