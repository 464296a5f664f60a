/**
 * What the detectors said of a request, as it may be kept and shown: names, scores, counts and places. Never the text:
 * a place is given by the protocol's own names for fields, whatever else the client called them.
 */
import { KNOWN_KEYS } from '../../protocols/known-names.ts'
import type { TextPart } from '../../protocols/text-parts.ts'
import type { RouteTable } from '../../table/route-table.ts'
import type { Classified } from './classify.ts'
import type { PartSpan } from './haystack.ts'
import type { PassedOver, Unread } from './scan-privacy.ts'

/** A stretch of a text that is not shown. */
export interface MaskedSpan {
  /** Path in the body, such as `messages[0].content`. A name that the protocol does not give is a `*`. */
  where: string
  /** Characters of that text, from 0, before `end`. */
  start: number
  end: number
}

export interface VerdictFind extends MaskedSpan {
  detector: string
  /** What it is, such as `aws-key`; for a pattern its id. */
  kind: string
  label: string
}

export interface Verdict {
  /** Label → what put it there: detectors, ids of patterns, `client`, `unscanned`, `images`, `failed`. */
  labels: Readonly<Record<string, readonly string[]>>
  /** How many finds there are, by `detector/kind`. */
  counts: Readonly<Record<string, number>>
  /** The first of them. */
  finds: readonly VerdictFind[]
  /** The first of those that do not count, and why. */
  passedOver: readonly (VerdictFind & Pick<PassedOver, 'why'>)[]
  /** Why something was not read. */
  unread: readonly Unread[]
  /** Null where no guard looks for injections. */
  injection: InjectionNote | null
  /** Null where the policy does not ask. */
  complexity: { class: string; reasons: readonly string[] } | null
}

/** The verdict on the text that looks worst. */
export interface InjectionNote {
  flagged: boolean
  /** 0 to 1, in hundredths. */
  score: number
  /** Who wrote that text: `user`, `tool` or `document`; null = nothing was read. */
  channel: string | null
  reasons: readonly string[]
  /** Where the families of phrases were found. */
  finds: readonly (MaskedSpan & { reason: string })[]
}

/** @param most finds that are listed of each sort; all are counted */
export function toVerdict(
  { facts, parts, findings, passedOver, unread, injection, complexityReasons }: Classified,
  { needs, classify }: Pick<RouteTable, 'needs' | 'classify'>,
  most = 50,
): Verdict {
  const mask = (span: PartSpan): MaskedSpan => ({
    where: placeOf(parts[span.part]),
    start: span.start,
    end: span.end,
  })
  const counts: Record<string, number> = {}
  for (const { detector, kind } of findings) {
    const name = `${detector}/${kind}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return {
    labels: facts.labels,
    counts,
    finds: findings.slice(0, most).map((find) => {
      const { detector, kind, label } = find
      return Object.assign({ detector, kind, label }, mask(find))
    }),
    passedOver: passedOver.slice(0, most).map((find) => {
      const { detector, kind, label, why } = find
      return Object.assign({ detector, kind, label, why }, mask(find))
    }),
    unread,
    injection: classify.injection && {
      flagged: injection.flagged,
      score: Math.round(injection.score * 100) / 100,
      channel: injection.channel,
      reasons: injection.reasons,
      finds: injection.finds.slice(0, most).map((find) => Object.assign({ reason: find.reason }, mask(find))),
    },
    complexity: needs.complexity ? { class: facts.complexity, reasons: complexityReasons } : null,
  }
}

/** What cannot be replaced has no path. */
function placeOf(part: TextPart | undefined): string {
  if (part === undefined || part.path.length === 0) return UNPLACED[part?.kind ?? 'keys'] ?? 'the request'
  return part.path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`
      return `${i === 0 ? '' : '.'}${KNOWN_KEYS.has(step) ? step : '*'}`
    })
    .join('')
}

const UNPLACED: Partial<Record<TextPart['kind'], string>> = {
  keys: 'names of fields',
  numbers: 'numbers',
  model: 'the name of the model',
  'correlation-id': 'x-correlation-id',
}
