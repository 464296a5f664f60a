/**
 * Text as the injection guard reads it: what a disguise hides is made plain. Escapes and payloads in base64 or hex are
 * decoded once, compatibility forms, accents and look-alike letters become ASCII, what cannot be seen is dropped, all in
 * lower case. A map leads back to the original; within a payload it leads there in proportion.
 */
import { decodePart } from './base64-runs.ts'
import { codesOf, isAscii, STRETCH } from './codes-of.ts'
import { DROPPED, expansionOf, foldCode, SEVERAL } from './fold-character.ts'
import { isHalf, type Normalized, PlainText } from './plain-text.ts'
import { BACKSLASH, readEscape } from './read-escape.ts'

/** Fewer characters of base64 or hex hold no attempt worth the name. */
const SHORTEST_PAYLOAD = 20
/** Share of letters and spaces from which a payload counts as words. */
const WORDY = 0.7

/** Escapes are decoded in every text: results of tools are often JSON in a string, which nothing says. */
export function unmask(text: string): Normalized {
  const payloads = decodePart(text).texts.filter(
    ({ start, end, wordy }) => end - start >= SHORTEST_PAYLOAD && wordy >= WORDY,
  )
  // Mostly there is none of them.
  if (payloads.length === 0 && !text.includes('\\') && isAscii(text))
    return { text: text.toLowerCase(), offsets: null }
  const codes = codesOf(text)
  const out = new PlainText(text.length)
  let at = 0
  for (const { start, end, text: decoded } of payloads) {
    // Of two readings of the same characters, the first has more.
    if (start < at) continue
    unmaskInto(out, codes, { from: at, to: start, origin: at, scale: 1 })
    at = padded(text, end)
    const scale = (at - start) / decoded.length
    unmaskInto(out, codesOf(decoded), { from: 0, to: decoded.length, origin: start, scale })
  }
  unmaskInto(out, codes, { from: at, to: text.length, origin: at, scale: 1 })
  return out.end(text.length)
}

function padded(text: string, end: number): number {
  let after = end
  while (after < end + 2 && text.charAt(after) === '=') after += 1
  return after
}

interface Part {
  from: number
  to: number
  /** Where in the original it stands, and how much of that each character takes. */
  origin: number
  scale: number
}

function unmaskInto(out: PlainText, codes: Uint16Array, part: Part): void {
  for (let at = part.from; at < part.to;) at = unmaskStretch(out, codes, { ...part, at })
}

/** @returns where the next stretch begins: behind so many characters, or behind one that is no single unit */
function unmaskStretch(
  out: PlainText,
  codes: Uint16Array,
  { from, to, origin, scale, at }: Part & { at: number },
): number {
  out.reserve(STRETCH)
  const { units, offsets } = out
  let { length, seen, hasPairs } = out
  let other: { text: string; offset: number } | null = null
  const end = Math.min(to, at + STRETCH)
  let i = at
  for (; i < end && other === null; i += 1) {
    const offset = scale === 1 ? origin + i - from : origin + Math.floor((i - from) * scale)
    let code = codes[i] ?? 0
    if (code === BACKSLASH) {
      const escape = readEscape(codes, i)
      code = escape.code
      i += Math.min(escape.length, to - i) - 1
    } else if (code >= 0xd800 && code < 0xdc00) {
      const low = codes[i + 1] ?? 0
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
        i += 1
      }
    }
    const folded = foldCode(code)
    if (folded === DROPPED) continue
    if (folded === SEVERAL || folded > 0xffff) {
      other = { text: folded === SEVERAL ? expansionOf(code) : String.fromCodePoint(folded), offset }
      continue
    }
    units[length] = folded
    offsets[length] = offset
    length += 1
    seen |= folded
    if (isHalf(folded)) hasPairs = true
  }
  out.length = length
  out.seen = seen
  out.hasPairs = hasPairs
  if (other !== null) out.addString(other.text, other.offset)
  return i
}
