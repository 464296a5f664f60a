/**
 * What a model would read although no part says it: text in base64 or behind escapes, and words that begin in one part
 * of a list and end in the next. It is added to the haystack, behind what the parts say themselves.
 */
import type { TextPart } from '../../protocols/text-parts.ts'
import { decodePart, decodeRuns } from './base64-runs.ts'
import { readEscapes } from './escaped-text.ts'
import { glueParts } from './glue-parts.ts'
import { type Haystack, type PartSpan, spansOf } from './haystack.ts'
import { normalize } from './normalize.ts'
import type { Reading } from './reading.ts'

export interface WithHidden extends Haystack {
  /** Something in base64 is no text. */
  opaque: boolean
  /** Text in base64 was not taken out of it: it lies deeper than is read. */
  encoded: boolean
}

interface Stretch extends Reading {
  /** Where it begins in the haystack. */
  at: number
}

/** @param levels how many levels of base64 are taken off */
export function addHidden(haystack: Haystack, parts: readonly TextPart[], levels: 0 | 1 = 1): WithHidden {
  const glued = glueParts(haystack, parts)
  const written = [...ownReadings(haystack), ...glued]
  const unescaped = without(written.map(readEscapes))
  const { texts, opaque } = decodeAll([...written, ...unescaped])
  const decoded = levels === 0 ? [] : texts
  const encoded = levels === 0 ? texts.length > 0 : decoded.some(({ text }) => holdsBase64(text))
  const found = [...decoded, ...without(decoded.map(readEscapes)), ...unescaped, ...glued]
  if (found.length === 0) return { ...haystack, opaque, encoded }
  const stretches: Stretch[] = []
  let at = haystack.text.length + 1
  for (const { text, locate } of found) {
    stretches.push({ text, at, locate })
    at += text.length + 1
  }
  const tell: Haystack['tell'] = (start, end, take) => {
    if (start < haystack.text.length) haystack.tell(start, end, take)
    // What has no end of its own, such as a key block, runs on through the stretches behind.
    if (end <= haystack.text.length) return
    for (let i = lastAtOrBefore(stretches, start); i < stretches.length; i += 1) {
      const stretch = stretches[i]
      if (stretch === undefined || stretch.at >= end) break
      const from = Math.max(0, start - stretch.at)
      const to = Math.min(stretch.text.length, end - stretch.at)
      for (const span of from < to ? stretch.locate(from, to) : []) take(span.part, span.start, span.end)
    }
  }
  return {
    text: [haystack.text, ...stretches.map(({ text }) => text)].join('\n'),
    pieces: [...haystack.pieces, ...stretches],
    cut: haystack.cut,
    opaque,
    encoded,
    tell,
    locate: (start, end) => spansOf(tell, start, end),
  }
}

/** Each part by itself: base64 does not go on in the next one, unless they are glued. */
function ownReadings({ pieces, locate }: Haystack): Written[] {
  return pieces.map(({ text, at }) => ({
    text,
    isPart: true,
    locate: (start, end) => locate(at + start, at + end),
  }))
}

interface Written extends Reading {
  /** It is all of what a part says. */
  isPart?: boolean
  /** As glued text has it. */
  isWhole?: boolean
}

function without(readings: readonly (Reading | null)[]): Reading[] {
  return readings.filter((reading) => reading !== null)
}

interface Decoded {
  texts: Reading[]
  opaque: boolean
}

/** Of all readings, those of single parts first. */
function decodeAll(readings: readonly Written[]): Decoded {
  const all: Decoded = { texts: [], opaque: false }
  /** Where they stand, by part. */
  const seen = new Map<number, PartSpan[]>()
  for (const { text: written, locate, isPart = false, isWhole = true } of readings) {
    const { texts, opaque } = isPart ? decodePart(written) : decodeRuns(written)
    for (const { start, end, text } of texts) {
      const spans = locate(start, end)
      if (spans.length === 0) continue
      // What is found in there cannot be taken out alone.
      all.texts.push({ text: normalize(text, false).text, locate: () => spans })
      for (const span of spans) {
        const others = seen.get(span.part)
        if (others === undefined) seen.set(span.part, [span])
        else others.push(span)
      }
    }
    // A row of parts may begin in the middle of a run; and glued to a word, what is text by itself no longer is.
    all.opaque ||=
      isWhole &&
      opaque.some(({ start, end }) => !locate(start, end).some((span) => touches(span, seen.get(span.part))))
  }
  return all
}

function touches({ start, end }: PartSpan, others: readonly PartSpan[] = []): boolean {
  return others.some((other) => other.start < end && start < other.end)
}

function holdsBase64(text: string): boolean {
  const { texts, opaque } = decodeRuns(text)
  return opaque.length > 0 || texts.length > 0
}

/** Index of the last stretch that does not begin behind `limit`; 0 when all do. */
function lastAtOrBefore(stretches: readonly Stretch[], limit: number): number {
  let low = 0
  let high = stretches.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((stretches[middle]?.at ?? 0) <= limit) low = middle
    else high = middle - 1
  }
  return low
}
