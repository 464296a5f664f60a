import { isRecord } from '../json-object.ts'

/** What an answer cost, in tokens, between ways of counting: chat counts cached ones among the prompt's, Anthropic apart. */
export interface TokensUsed {
  /** Of the prompt, without those from a cache and those put into one. */
  input: number
  cacheRead: number
  cacheWritten: number
  /** Thoughts among them. */
  output: number
  /** null = not told. */
  reasoning: number | null
}

export const NOTHING_USED: TokensUsed = {
  input: 0,
  cacheRead: 0,
  cacheWritten: 0,
  output: 0,
  reasoning: null,
}

/** A number of tokens; null for what is none. */
export function tokenCount(details: unknown, name: string): number | null {
  const value = isRecord(details) ? details[name] : null
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}
