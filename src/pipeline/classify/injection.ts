/**
 * Signs of prompt injection: text that wants to take the instructions over. It flags what users say, what comes with
 * it and what tools answer, each by a threshold of its own, and promises no more. What the application says (system
 * text, tool definitions) and what models said is not read.
 */
import type { TextPart } from '../../protocols/text-parts.ts'
import type { InjectionThresholds, Surface } from '../../table/route-table.ts'
import { SURFACE_TRAITS, type SurfaceTraits } from '../../table/surfaces.ts'
import { joinParts, type PartSpan } from './haystack.ts'
import { scoreInjection } from './score-injection.ts'
import { unmask } from './unmask.ts'

export type InjectionChannel = keyof InjectionThresholds

export interface InjectionVerdict {
  flagged: boolean
  /** 0 to 1: that of the text that is flagged, or else of the one that looked worst. */
  score: number
  /** Families of phrases that were found in it, and `model`. */
  reasons: readonly string[]
  /** Where it stands; null when nothing was read. */
  channel: InjectionChannel | null
  /** Where in the request the families were found. */
  finds: readonly InjectionPlace[]
}

export interface InjectionPlace extends PartSpan {
  reason: string
}

export const NOT_JUDGED: InjectionVerdict = {
  flagged: false,
  score: 0,
  reasons: [],
  channel: null,
  finds: [],
}

/** The verdict on text that nobody has read to its end: padding would else be a way round the guard. */
export function flagUnread(verdict: InjectionVerdict): InjectionVerdict {
  return { ...verdict, flagged: true, reasons: [...verdict.reasons, 'unscanned'] }
}

/** What is asked of a text, and from which score on it is flagged. */
export interface InjectionQuestion {
  thresholds: InjectionThresholds
  /** Families that are not looked for; none when left out. */
  off?: ReadonlySet<string>
  /** Whether the model is asked; it is when left out. */
  model?: boolean
  /** What the request was sent to; a chat when left out. */
  surface?: Surface
}

/** @param maxLength most characters that are read; a request with more is flagged */
export function judgeInjection(
  parts: readonly TextPart[],
  { thresholds, off, model = true, surface = 'chat' }: InjectionQuestion,
  maxLength: number,
): InjectionVerdict {
  let verdict = NOT_JUDGED
  let left = maxLength
  let isCut = false
  for (const { channel, members } of turnsOf(parts, SURFACE_TRAITS[surface])) {
    if (left <= 0) return flagUnread(verdict)
    const texts = members.flatMap((index) => parts[index] ?? [])
    const haystack = joinParts(texts, left, unmask)
    left -= texts.reduce((sum, { text }) => sum + text.length, 0)
    isCut ||= haystack.cut
    const { score, reasons, finds } = scoreInjection(haystack.text, model ? undefined : null, off)
    const flagged = score >= thresholds[channel]
    if (flagged === verdict.flagged ? score <= verdict.score : verdict.flagged) continue
    const places = finds.flatMap(({ reason, start, end }) =>
      haystack.locate(start, end).map((span) => {
        return { reason, part: members[span.part] ?? 0, start: span.start, end: span.end }
      }),
    )
    verdict = { flagged, score, reasons, channel, finds: places }
  }
  return isCut ? flagUnread(verdict) : verdict
}

/** Texts that are judged as one: those of one channel in one message, by their indices. */
interface Turn {
  channel: InjectionChannel
  members: number[]
}

function turnsOf(parts: readonly TextPart[], traits: SurfaceTraits): Iterable<Turn> {
  const turns = new Map<string, Turn>()
  for (const [index, part] of parts.entries()) {
    const channel = channelOf(part, traits)
    if (channel === null) continue
    const [field, message] = part.path
    const key = `${channel} ${field} ${message}`
    const turn = turns.get(key)
    if (turn) turn.members.push(index)
    else turns.set(key, { channel, members: [index] })
  }
  return turns.values()
}

/** Null = not read. */
function channelOf(
  { role, kind, path }: TextPart,
  { turns, documents }: SurfaceTraits,
): InjectionChannel | null {
  if (kind === 'id' || kind === 'keys') return null
  if (role === 'tool') return 'tool'
  if (role !== 'user') return null
  const [field, index, inMessage, , inContent] = path
  if (documents.some((name) => name === field)) return 'document'
  // What is no list of turns is said as it stands.
  const isSpoken =
    field !== turns ||
    index === undefined ||
    (inMessage === 'content' && (path.length === 3 || inContent === 'text'))
  return isSpoken ? 'user' : 'document'
}
