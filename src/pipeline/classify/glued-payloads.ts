/**
 * Payloads that marks glue to a word: `/reset/…`, `call_…`, `0x…`. Digits of base64 are slashes and hyphens as well, so
 * that the word belongs to the run, and the run as a whole says nothing.
 */
import type { EncodedText } from './base64-runs.ts'
import { GLUING, SORTS } from './character-sorts.ts'
import { STRETCH } from './codes-of.ts'
import { decodePayload } from './decode-payload.ts'

const SLASH = 47
const LETTER_X = 120

/** Behind so many marks all of the rest is tried: plain base64 has slashes of its own. */
const MOST_WORDS = 4

export interface Run {
  start: number
  end: number
  /** Characters that a payload has at least. */
  shortest: number
}

/**
 * A path falls apart at slashes, of which base64 for URLs has none; what is between them at hyphens and underscores.
 * @param run one that is no text as a whole
 * @returns what of it is text. Each character is read a few times at most
 */
export function gluedPayloads(codes: Uint16Array, { start, end, shortest }: Run): EncodedText[] {
  const found = hexPayload(codes, { start, end, shortest })
  let isRestRead = false
  let named: EncodedText[] = []
  let words = 0
  let step = start
  let name = start
  // A word behind a payload may be read as its last letters, and spoil them: hence what is amid is read by itself too.
  for (
    let i = nextMark(codes, start, end);
    i < end || (i === end && !isRestRead);
    i = nextMark(codes, i + 1, end)
  ) {
    const isStep = i === end || codes[i] === SLASH
    if (name > step || !isStep) add(named, codes, { start: name, end: i, shortest })
    name = i + 1
    if (isStep) {
      // The whole run was tried before.
      const isText = (step > start || i < end) && add(found, codes, { start: step, end: i, shortest })
      if (!isText) found.push(...named)
      if (named.length > 0) named = []
      step = i + 1
    }
    if (words < MOST_WORDS && found.length === 0 && i < end) {
      words += 1
      isRestRead = add(found, codes, { start: i + 1, end, shortest })
    }
  }
  return found
}

/** @returns where the next mark stands, from `from` on; else `end`, or what is behind it when `from` is */
function nextMark(codes: Uint16Array, from: number, end: number): number {
  let at = from
  while (at < end) {
    const to = Math.min(end, at + STRETCH)
    at = markWithin(codes, at, to)
    if (at < to) break
  }
  return at
}

function markWithin(codes: Uint16Array, from: number, to: number): number {
  let at = from
  while (at < to && ((SORTS[codes[at] ?? 0] ?? 0) & GLUING) === 0) at += 1
  return at
}

/** @returns whether it is text, which is added then */
function add(found: EncodedText[], codes: Uint16Array, { start, end, shortest }: Run): boolean {
  if (end - start < shortest) return false
  const payload = decodePayload(codes, start, end)
  if (payload !== null) found.push({ start, end, ...payload })
  return payload !== null
}

/** As C and databases mark it: `0x…`, `\x…`. */
function hexPayload(codes: Uint16Array, { start, end, shortest }: Run): EncodedText[] {
  const found: EncodedText[] = []
  const from = codes[start] === LETTER_X ? start + 1 : codes[start + 1] === LETTER_X ? start + 2 : end
  if (from < end) add(found, codes, { start: from, end, shortest })
  return found
}
