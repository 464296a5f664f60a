/**
 * The parts of a request as one text, so that each detector runs once and not once for every part. Finds lead back to
 * the parts, and to the characters as they were written.
 */
import type { TextPart } from '../../protocols/text-parts.ts'
import { normalize } from './normalize.ts'
import type { Normalized } from './plain-text.ts'

/** A stretch of one part's own text. */
export interface PartSpan {
  /** Index of the part. */
  part: number
  start: number
  end: number
}

export type TakeSpan = (part: number, start: number, end: number) => void

export interface Haystack {
  text: string
  /** What was taken of each part, and where it begins in `text`. */
  pieces: readonly { text: string; at: number }[]
  /** The stretches of parts that a stretch of `text` covers, in order. */
  locate: (start: number, end: number) => PartSpan[]
  /** The same, told one by one: thousands of finds shall not become as many lists. */
  tell: (start: number, end: number, take: TakeSpan) => void
  /** Characters beyond the bound were left out. */
  cut: boolean
}

interface Piece extends Normalized {
  part: number
  /** Where it begins in the haystack. */
  at: number
}

/**
 * @param maxLength most characters that are taken
 * @param read how text is made plain
 */
export function joinParts(
  parts: readonly TextPart[],
  maxLength: number,
  read: (text: string, json: boolean) => Normalized = normalize,
): Haystack {
  const pieces: Piece[] = []
  const texts: string[] = []
  let at = 0
  let left = maxLength
  let cut = false
  for (const [part, { text, kind }] of parts.entries()) {
    if (text.length > left) cut = true
    if (left === 0) break
    const taken = read(text.length > left ? text.slice(0, left) : text, kind === 'json')
    left -= Math.min(left, text.length)
    pieces.push({ ...taken, part, at })
    texts.push(taken.text)
    at += taken.text.length + 1
  }
  const told: Haystack['tell'] = (start, end, take) => tell({ pieces, take }, start, end)
  return {
    text: texts.join('\n'),
    pieces,
    cut,
    tell: told,
    locate: (start, end) => spansOf(told, start, end),
  }
}

/** What is told of a stretch, as a list. */
export function spansOf(told: Haystack['tell'], from: number, to: number): PartSpan[] {
  const spans: PartSpan[] = []
  told(from, to, (part, start, end) => spans.push({ part, start, end }))
  return spans
}

function tell(
  { pieces, take }: { pieces: readonly Piece[]; take: TakeSpan },
  start: number,
  end: number,
): void {
  for (let i = pieceAt(pieces, start); i < pieces.length; i += 1) {
    const piece = pieces[i]
    if (piece === undefined || piece.at >= end) break
    const from = Math.max(0, start - piece.at)
    const to = Math.min(piece.text.length, end - piece.at)
    if (from < to) take(piece.part, piece.offsets?.[from] ?? from, piece.offsets?.[to] ?? to)
  }
}

/** The last piece that begins at or before `offset`. */
function pieceAt(pieces: readonly Piece[], offset: number): number {
  let low = 0
  let high = pieces.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((pieces[middle]?.at ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
