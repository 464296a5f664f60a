/**
 * Text within text: what an escape hides. Tools answer in JSON, and put JSON into its strings; people paste both among
 * other words. Whatever still has escapes is read a second time without them.
 */
import type { Haystack, PartSpan } from './haystack.ts'
import { normalize } from './normalize.ts'
import { ESCAPE, unescape } from './unescape.ts'

export interface EscapedText {
  text: string
  /** From a stretch of this text to where it stands in the request. */
  locate: (start: number, end: number) => PartSpan[]
}

export function readEscapes({ pieces, locate }: Haystack): EscapedText[] {
  return pieces.flatMap(({ text, at }) => {
    if (!text.includes('\\') || !ESCAPE.test(text)) return []
    const inner = unescape(text)
    const plain = normalize(inner.text, false)
    const original = (offset: number): number => {
      const between = plain.offsets?.[offset] ?? offset
      return at + (inner.offsets?.[between] ?? between)
    }
    return [{ text: plain.text, locate: (start, end) => locate(original(start), original(end)) }]
  })
}
