/**
 * Text within text: what an escape hides. Tools answer in JSON, and put JSON into its strings; people paste both among
 * other words. Whatever still has escapes is read a second time without them.
 */
import type { Haystack, PartSpan } from './haystack.ts'
import { normalize } from './normalize.ts'
import type { Normalized } from './plain-text.ts'

export interface EscapedText {
  text: string
  /** From a stretch of this text to where it stands in the request. */
  locate: (start: number, end: number) => PartSpan[]
}

/** JSON in a string in JSON in a string: each level doubles the backslashes of the one below. */
const MOST_LEVELS = 3

/** What can be read otherwise than it is written. */
const ESCAPE = /\\[nrtbfux"'\\/]/

export function readEscapes({ pieces, locate }: Pick<Haystack, 'pieces' | 'locate'>): EscapedText[] {
  return pieces.flatMap(({ text, at }) => {
    if (!text.includes('\\') || !ESCAPE.test(text)) return []
    const { text: plain, offsets } = unescape(text)
    const original = (offset: number): number => at + (offsets?.[offset] ?? offset)
    return [{ text: plain, locate: (start, end) => locate(original(start), original(end)) }]
  })
}

/** Every escape made the character it stands for, those that come out of it as well. Linear in the length of the text. */
export function unescape(text: string): Normalized {
  let result: Normalized = { text, offsets: null }
  for (let level = 0; level < MOST_LEVELS && result.text.includes('\\'); level += 1) {
    const { text: inner, offsets } = normalize(result.text, true)
    const outer = result.offsets
    result = {
      text: inner,
      offsets: outer === null ? offsets : (offsets?.map((at) => outer[at] ?? at) ?? outer),
    }
  }
  return result
}
