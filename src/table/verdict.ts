/**
 * What the detectors said of a request, as it may be kept and shown: names, scores, counts and places. Never the text:
 * a place is given by the protocol's own names for fields, whatever else the client called them.
 */

/** Why a find does not count: the policy allows it, or there are too few of its kind. */
export type WhyPassedOver = 'allowed' | 'too-few'

/** Why something was not read: beyond the bound, an image, something that is no text, text in too much base64. */
export type Unread = 'size' | 'images' | 'opaque' | 'encoded'

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
  passedOver: readonly (VerdictFind & { why: WhyPassedOver })[]
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
