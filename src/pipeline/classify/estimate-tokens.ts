/** How many tokens a text has, without a tokenizer: exact ones take seconds for a hostile 100 KB. */
import { codesForOneWalk, STRETCH } from './codes-of.ts'
import { CHARACTER_CLASSES, CLASS_OF, goesOn, TOKEN_WEIGHTS } from './token-classes.ts'

/** Characters of a chat message's frame, in tokens. */
export const TOKENS_PER_MESSAGE = 4

/** What stands before the first character. */
const START = CHARACTER_CLASSES.length
const CLASS_BITS = 4

/** What a character adds, by the class before it and its own. */
const COSTS: Uint8Array = Uint8Array.from({ length: 2 ** (2 * CLASS_BITS) }, (_, pair) => {
  const own = CHARACTER_CLASSES[pair % 2 ** CLASS_BITS]
  if (own === undefined) return 0
  return TOKEN_WEIGHTS[own][goesOn(CHARACTER_CLASSES[pair >> CLASS_BITS], own) ? 1 : 0]
})

/** No text that we know has fewer tokens; without it, letters at random would count for next to nothing. */
const MOST_PER_TOKEN = 6

/**
 * One pass over the code units. On ordinary prompts half of the estimates are within 4 % of OpenAI's o200k and nine in
 * ten within 12 %; what is made to mislead can have some four times as many tokens as are estimated.
 */
export function estimateTokens(text: string): number {
  const codes = codesForOneWalk(text)
  let cost = 0
  for (let from = 0; from < text.length; from += STRETCH)
    cost += costOf(codes, from, Math.min(text.length, from + STRETCH))
  return Math.ceil(Math.max(cost / 100, text.length / MOST_PER_TOKEN))
}

/** Hundredths of a token. */
function costOf(codes: Uint8Array | Uint16Array, from: number, to: number): number {
  const classOf = CLASS_OF
  const costs = COSTS
  let cost = 0
  let before = from === 0 ? START : (classOf[codes[from - 1] ?? 0] ?? 0)
  for (let i = from; i < to; i += 1) {
    const own = classOf[codes[i] ?? 0] ?? 0
    cost += costs[(before << CLASS_BITS) | own] ?? 0
    before = own
  }
  return cost
}
