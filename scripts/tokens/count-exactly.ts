/** Tokens by OpenAI's o200k, for texts that it is safe to give to a tokenizer. */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'

/** Its time grows with the square of such a run: a hostile one of 100 KB takes half a minute. */
const LONG_RUN = /[\p{L}\p{M}]{1000}|\p{N}{1000}|\s{1000}|[^ \p{L}\p{N}]{1000}/u

/** No text stands for more than its beginning. */
const MOST_CHARACTERS = 20_000

/** @returns what was read of the text and how many tokens that has; null where counting would take too long */
export function countExactly(text: string): { text: string; tokens: number } | null {
  if (LONG_RUN.test(text)) return null
  const read = text.slice(0, MOST_CHARACTERS)
  // Names of special tokens are text like any other.
  return { text: read, tokens: countTokens(read, { disallowedSpecial: new Set() }) }
}
