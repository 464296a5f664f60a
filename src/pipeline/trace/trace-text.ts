/**
 * What a trace holds of the text of a request and its answer: of a long request its end, of a long answer its beginning,
 * as it is or without what detectors find. Runs when the answer has ended, and only where a sink takes text.
 */
import { type SaidPart } from '../../protocols/said-parts.ts'
import type { RouteTable } from '../../table/route-table.ts'
import type { TraceMessage, TraceText } from '../../table/trace-text.ts'
import { type Kept, maskParts, MARGIN } from './mask-parts.ts'
import type { Turns } from './turns.ts'

/** Characters of the request, and of the answer. */
const MOST_TEXT = 65_536
/** More of a stream is not looked at: enough to find what begins before the end of what is kept. */
export const MOST_ANSWER: number = MOST_TEXT + MARGIN
/** What a text counts beside its characters: thousands of empty ones are long as well. */
const PER_PART = 32
/** On either side of what is missing, so much may be a part of something, together with what it hangs on. */
const TELLING = 48

export interface TraceTextOptions {
  content: TraceText['content']
  sinks: TraceText['sinks']
  table: RouteTable
}

export function* traceText(
  { input, output }: { input: readonly SaidPart[]; output: readonly SaidPart[] },
  { content, sinks, table }: TraceTextOptions,
): Turns<TraceText> {
  const asked = fit(input.toReversed()).toReversed()
  const said = fit(output)
  const tell = function* (
    parts: readonly Kept[],
    { before = [], after = [] }: Neighbours,
  ): Turns<TraceMessage[]> {
    if (content === 'full') return messagesOf(parts, parts.map(cut))
    const texts = yield* maskParts([...before, ...withGaps(parts), ...after], table)
    return messagesOf(parts, texts.slice(before.length))
  }
  const before = nearest(input.slice(0, input.length - asked.length).toReversed()).toReversed()
  const after = nearest(output.slice(said.length))
  const toldOfInput = yield* tell(asked, { before: before.map(endOf) })
  yield
  const toldOfOutput = yield* tell(said, { after: after.map(beginningOf) })
  return {
    content,
    sinks,
    input: [...noteOf(input.length - asked.length, 'earlier'), ...toldOfInput],
    output: [...toldOfOutput, ...noteOf(output.length - said.length, 'more')],
  }
}

function noteOf(left: number, which: string): TraceMessage[] {
  return left === 0 ? [] : [{ role: 'other', content: `[${left} ${which} texts, not kept]` }]
}

/** Texts beside those that are kept: a secret may begin in the one and end in the other. */
interface Neighbours {
  before?: readonly Kept[]
  after?: readonly Kept[]
}

/** Characters of a neighbour, and of all on one side. */
const BESIDE = 1024

/** So many of the first that nothing reaches further: each may be a letter of it. */
function nearest(parts: readonly SaidPart[]): readonly SaidPart[] {
  let left = BESIDE
  const last = parts.findIndex(({ text }) => {
    left -= text.length + 1
    return left <= 0
  })
  return last === -1 ? parts : parts.slice(0, last + 1)
}

function endOf(part: SaidPart): Kept {
  return { ...part, text: part.text.slice(-BESIDE), keep: 0 }
}

function beginningOf(part: SaidPart): Kept {
  return { ...part, text: part.text.slice(0, BESIDE), keep: 0 }
}

/** The first of them, as far as there is room. */
function fit(parts: readonly SaidPart[]): Kept[] {
  const kept: Kept[] = []
  let room = MOST_TEXT
  for (const part of parts) {
    if (room <= 0) break
    const keep = Math.min(part.text.length, room)
    kept.push({ ...part, keep })
    room -= keep + PER_PART
  }
  return kept
}

/** Half a secret is none to a detector: what could be one is left out beside what is missing. */
export function withGaps(parts: readonly Kept[]): readonly Kept[] {
  if (parts.every(({ isCut, tears }) => isCut !== true && tears === undefined)) return parts
  const gaps = parts.map((): Gap[] => [])
  for (const [index, { text, isCut, tears = [] }] of parts.entries()) {
    let end = -1
    for (const at of isCut === true ? [...tears, text.length] : tears) {
      // Else a long word with many tears would be walked for each of them.
      if (at + TELLING > end) end = leaveOut({ parts, gaps }, index, at)
    }
  }
  return parts.map((part, index) => ({ ...part, gaps: gaps[index] ?? [] }))
}

type Gap = NonNullable<Kept['gaps']>[number]

const OF_WORD = /[!-~]/

/** A text may be in several parts, each shorter than what is left out. @returns where what is left out of this one ends */
function leaveOut(
  { parts, gaps }: { parts: readonly Kept[]; gaps: readonly Gap[][] },
  index: number,
  at: number,
): number {
  const own: Gap = { start: at, end: at }
  gaps[index]?.push(own)
  const goesOn = (next: number): boolean => next === index || runsOn(parts[index], parts[next])
  /** From a place of its own, which lies nearer to all that follows. */
  const isWalked = (part: number): boolean =>
    part !== index && (parts[part]?.isCut === true || parts[part]?.tears !== undefined)
  const gapIn = (part: number, place: number): Gap => {
    if (part === index) return own
    const gap = { start: place, end: place }
    gaps[part]?.push(gap)
    return gap
  }
  for (let part = index, left = TELLING; goesOn(part); part -= 1) {
    const text = parts[part]?.text ?? ''
    const gap = gapIn(part, text.length)
    const within = Math.min(left, gap.start)
    gap.start -= within
    left -= within
    while (gap.start > 0 && OF_WORD.test(text.charAt(gap.start - 1))) gap.start -= 1
    if (gap.start > 0 || isWalked(part)) break
  }
  for (let part = index, left = TELLING; goesOn(part); part += 1) {
    const text = parts[part]?.text ?? ''
    const gap = gapIn(part, 0)
    const within = Math.min(left, text.length - gap.end)
    gap.end += within
    left -= within
    while (OF_WORD.test(text.charAt(gap.end))) gap.end += 1
    if (gap.end < text.length || isWalked(part)) break
  }
  return own.end
}

function runsOn(one: Kept | undefined, other: Kept | undefined): boolean {
  const isSaid = one?.as === 'content' && other?.as === 'content'
  return isSaid && one.message === other.message
}

function cut({ text, keep }: Kept): string {
  return text.length > keep ? `${text.slice(0, keep)}[cut]` : text
}

function messagesOf(parts: readonly SaidPart[], texts: readonly string[]): TraceMessage[] {
  const messages: TraceMessage[] = []
  let last = -1
  for (const [index, { message, role, as }] of parts.entries()) {
    // Half a character is none, and no JSON for some that read it.
    const text = (texts[index] ?? '').toWellFormed()
    if (message !== last) messages.push({ role, content: '' })
    last = message
    const current = messages.at(-1)
    if (current === undefined) continue
    if (as === 'content') current.content += current.content === '' ? text : `\n${text}`
    else addToCall(current, as, text)
  }
  return messages
}

function addToCall(message: TraceMessage, as: 'name' | 'arguments', text: string): void {
  message.calls ??= []
  const call = message.calls.at(-1)
  if (as === 'arguments' && call !== undefined) call.arguments = text
  else message.calls.push(as === 'name' ? { name: text, arguments: '' } : { name: '', arguments: text })
}
