/**
 * The text that rules are asked about, when there is more than is scanned: the last user turn first, then the rest from
 * its beginning. What does not fit is left empty, so that every part keeps its index.
 */
import type { RequestText, TextPart } from '../../protocols/text-parts.ts'

/** @param maxLength most characters */
export function boundText(text: RequestText, maxLength: number): RequestText {
  const { parts, lastUser } = text
  if (parts.reduce((sum, part) => sum + part.text.length, 0) <= maxLength) return text
  const bounded: TextPart[] = parts.map((part) => ({ ...part, text: '' }))
  let left = maxLength
  const take = (from: number, to: number): void => {
    for (let i = from; i < to && left > 0; i += 1) {
      const part = parts[i]
      if (part === undefined) continue
      bounded[i] = { ...part, text: part.text.slice(0, left) }
      left -= Math.min(left, part.text.length)
    }
  }
  const [from, to] = lastUser
  take(from, to)
  take(0, from)
  take(to, parts.length)
  return { ...text, parts: bounded }
}
