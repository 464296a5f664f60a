/**
 * Words that begin in one part of a list and end in the next: the parts of a message's content, the texts of a prompt.
 * Only finds across parts count here: what stands in one of them was found there.
 */
import type { TextPart } from '../../protocols/text-parts.ts'
import type { Haystack } from './haystack.ts'
import type { Reading } from './reading.ts'

interface Piece {
  text: string
  /** Where it begins in the haystack. */
  at: number
}

export interface GluedText extends Reading {
  /** All texts of a list, to their ends. */
  isWhole: boolean
}

/** Of a longer part, its end or its beginning is glued to its neighbour's. */
const LONGEST_EDGE = 1000

export function glueParts(haystack: Haystack, parts: readonly TextPart[]): GluedText[] {
  const glued: GluedText[] = []
  for (const list of listsOf(haystack, parts)) {
    glued.push(glue(list, haystack, true))
    for (const row of rowsOf(list)) glued.push(glue(row, haystack, false))
  }
  return glued
}

/** Texts that stand in one list, two and more of them. */
function listsOf({ pieces }: Haystack, parts: readonly TextPart[]): Piece[][] {
  const lists = new Map<string, Piece[]>()
  for (const [index, piece] of pieces.entries()) {
    const key = listOf(parts[index])
    if (key === null) continue
    const list = lists.get(key)
    if (list === undefined) lists.set(key, [piece])
    else list.push(piece)
  }
  return [...lists.values()].filter((list) => list.length > 1)
}

/** In which a part of a message says something: a model reads one behind the other. */
const SPOKEN: ReadonlySet<string | number> = new Set(['text', 'refusal', 'content'])

/** Names a list, and the field of its items; null for what stands in none. Messages are no list of texts. */
function listOf(part: TextPart | undefined): string | null {
  if (part === undefined || (part.kind !== 'text' && part.kind !== 'json')) return null
  const { path } = part
  const item = path.findLastIndex((step) => typeof step === 'number')
  if (item < (isOfTurn(path) ? 3 : 1)) return null
  const [field, ...deeper] = path.slice(item + 1)
  const isSpoken = field === undefined || (deeper.length === 0 && SPOKEN.has(field))
  return JSON.stringify([...path.slice(0, item), null, ...(isSpoken ? [] : path.slice(item + 1))])
}

/** Turns are `messages`, or the items of an `input` that hold more than a text. */
function isOfTurn([field, , inTurn]: TextPart['path']): boolean {
  return field === 'messages' || (field === 'input' && inTurn !== undefined && inTurn !== 'text')
}

/**
 * Two and three neighbours that run into those beside them, without these: in `old`, `ghp_…`, `…` the key would
 * else be the rest of a word.
 */
function rowsOf(list: readonly Piece[]): Piece[][] {
  const rows: Piece[][] = []
  for (const length of [2, 3]) {
    for (let first = 0; first + length <= list.length; first += 1) {
      const last = first + length - 1
      if (!runsOn(list[first - 1], list[first]) && !runsOn(list[last], list[last + 1])) continue
      const between = list.slice(first + 1, last)
      if (between.some(({ text }) => text.length > LONGEST_EDGE)) continue
      rows.push([endOf(list[first]), ...between, beginningOf(list[last])])
    }
  }
  return rows
}

function runsOn(one: Piece | undefined, next: Piece | undefined): boolean {
  return one !== undefined && next !== undefined && /\S$/.test(one.text.slice(-1)) && /^\S/.test(next.text)
}

function endOf({ text, at }: Piece = { text: '', at: 0 }): Piece {
  const from = Math.max(0, text.length - LONGEST_EDGE)
  return { text: text.slice(from), at: at + from }
}

function beginningOf({ text, at }: Piece = { text: '', at: 0 }): Piece {
  return { text: text.slice(0, LONGEST_EDGE), at }
}

function glue(row: readonly Piece[], { locate }: Haystack, isWhole: boolean): GluedText {
  return {
    isWhole,
    text: row.map(({ text }) => text).join(''),
    locate: (start, end) => {
      let from = 0
      const spans = row.flatMap(({ text, at }) => {
        const [first, last] = [Math.max(0, start - from), Math.min(text.length, end - from)]
        from += text.length
        return first < last ? locate(at + first, at + last) : []
      })
      return spans.length > 1 ? spans : []
    },
  }
}
