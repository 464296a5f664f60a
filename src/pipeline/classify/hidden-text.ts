/**
 * What a model would read although no part says it: text in base64 or behind escapes, and words that begin in one part
 * of a message and end in the next. It is added to the haystack, behind what the parts say themselves.
 */
import type { TextPart } from '../../protocols/text-parts.ts'
import { decodeRuns } from './base64-runs.ts'
import { readEscapes } from './escaped-text.ts'
import type { Haystack, PartSpan } from './haystack.ts'
import { normalize } from './normalize.ts'

export interface WithHidden extends Haystack {
  /** Something in base64 is no text. */
  opaque: boolean
  /** Text in base64 was not taken out of it: it lies deeper than is read. */
  encoded: boolean
}

interface Stretch {
  text: string
  /** Where it begins in the haystack. */
  at: number
  locate: (start: number, end: number) => PartSpan[]
}

/** @param levels how many levels of base64 are taken off */
export function addHidden(haystack: Haystack, parts: readonly TextPart[], levels: 0 | 1 = 1): WithHidden {
  const { texts: encodedTexts, opaque } = decodeRuns(haystack.text)
  const texts = levels === 0 ? [] : encodedTexts
  const encoded = levels === 0 ? encodedTexts.length > 0 : texts.some(({ text }) => holdsBase64(text))
  const found = [
    ...texts.map(({ start, end, text }) => ({
      text: normalize(text, false).text,
      // What is found in there cannot be taken out alone.
      locate: () => haystack.locate(start, end),
    })),
    ...readEscapes(haystack),
    ...glue(haystack, parts),
  ]
  if (found.length === 0) return { ...haystack, opaque, encoded }
  const stretches: Stretch[] = []
  let at = haystack.text.length + 1
  for (const { text, locate } of found) {
    stretches.push({ text, at, locate })
    at += text.length + 1
  }
  const starts = stretches.map((stretch) => stretch.at)
  return {
    text: [haystack.text, ...stretches.map(({ text }) => text)].join('\n'),
    pieces: [...haystack.pieces, ...stretches],
    cut: haystack.cut,
    opaque,
    encoded,
    locate: (start, end) => {
      if (start < haystack.text.length) return haystack.locate(start, end)
      const stretch = stretches[lastAtOrBefore(starts, start)]
      return stretch === undefined ? [] : stretch.locate(start - stretch.at, end - stretch.at)
    },
  }
}

function holdsBase64(text: string): boolean {
  const { texts, opaque } = decodeRuns(text)
  return opaque || texts.length > 0
}

/** Each message of several text parts as one text. What stands in one part alone was found there. */
function glue({ pieces, locate }: Haystack, parts: readonly TextPart[]): Omit<Stretch, 'at'>[] {
  const messages = new Map<string, { text: string; at: number }[]>()
  for (const [index, piece] of pieces.entries()) {
    const part = parts[index]
    if (part?.kind !== 'text') continue
    const key = part.path.slice(0, part.path[0] === 'messages' ? 2 : 1).join('/')
    const message = messages.get(key)
    if (message === undefined) messages.set(key, [piece])
    else message.push(piece)
  }
  return [...messages.values()]
    .filter((message) => message.length > 1)
    .map((message) => {
      const starts: number[] = []
      let length = 0
      for (const { text } of message) {
        starts.push(length)
        length += text.length
      }
      return {
        text: message.map(({ text }) => text).join(''),
        locate: (start, end) => {
          const spans = []
          for (let i = lastAtOrBefore(starts, start); i < message.length && (starts[i] ?? 0) < end; i += 1) {
            const { text, at } = message[i] ?? { text: '', at: 0 }
            const from = Math.max(0, start - (starts[i] ?? 0))
            const to = Math.min(text.length, end - (starts[i] ?? 0))
            if (from < to) spans.push(...locate(at + from, at + to))
          }
          return spans.length > 1 ? spans : []
        },
      }
    })
}

/** Index of the last of the ascending numbers that is not above `limit`; 0 when all are. */
function lastAtOrBefore(ascending: readonly number[], limit: number): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((ascending[middle] ?? 0) <= limit) low = middle
    else high = middle - 1
  }
  return low
}
