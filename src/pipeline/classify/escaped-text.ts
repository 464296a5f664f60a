/**
 * Text within text: what an escape hides. Tools answer in JSON, and put JSON into its strings; people paste both among
 * other words. Whatever still has escapes is read a second time without them.
 */
import { normalize } from './normalize.ts'
import type { Normalized } from './plain-text.ts'
import type { Reading } from './reading.ts'

/** JSON in a string in JSON in a string: each level doubles the backslashes of the one below. */
const MOST_LEVELS = 3

/** What can be read otherwise than it is written. */
const ESCAPE = /\\[nrtbfux"'\\/]/

/** @returns the same text without its escapes; null where it has none */
export function readEscapes({ text, locate }: Reading): Reading | null {
  if (!text.includes('\\') || !ESCAPE.test(text)) return null
  const { text: plain, offsets } = unescape(text)
  const original = (offset: number): number => offsets?.[offset] ?? offset
  return { text: plain, locate: (start, end) => locate(original(start), original(end)) }
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
