/**
 * Why a request goes where it goes, as data: what `aicc explain --format json` prints. The shape only ever grows.
 */
import type { DropReason, ParameterEdits } from '../../src/table/decision.ts'
import type { Balance, FailureCause, Retry, Surface, Timeouts } from '../../src/table/route-table.ts'
import type { SlotPolicy } from '../../src/table/slot-policy.ts'
import type { ClientError } from '../simulate/client-error.ts'
import type { LineOfFile } from '../simulate/line-of-file.ts'
import type { Judged } from '../simulate/simulate.ts'

export interface ExplainedPart {
  holds: boolean
  text: string
  at: LineOfFile
}

export interface ExplainedRule {
  /** `ruleset/id`. */
  name: string
  at: LineOfFile
  /** Null when an earlier rule had settled the request. */
  holds: boolean | null
  /** Whether it decided the request. */
  settles: boolean
  /** What holds, or the first thing that does not, and where that is written. */
  why: string
  whyAt: LineOfFile
  /** Every part of its condition by itself. */
  parts: ExplainedPart[]
}

export interface ExplainedTarget {
  /** `backend/model`. */
  target: string
  /** Model id on the wire. */
  id: string
  zone: string
  place: 'pool' | 'fallback'
  /** By which of the last attempt's causes it is tried; null in the pool. */
  on: readonly FailureCause[] | null
  /** Share of a weighted pool; null elsewhere. */
  weight: number | null
  up: boolean
  /** How many requests its backend works on at once, and who waits; null = any number. */
  slots: SlotPolicy | null
  at: LineOfFile
}

export interface ExplainedDrop {
  target: string
  /** The served model it was left out of. */
  model: string
  zone: string
  why: DropReason
  text: string
}

/** What detectors said, and where. Never what was found. */
type Verdict = Judged['verdict']

export interface ExplainedFacts {
  tokens: number | null
  maxTokens: number | null
  complexity: {
    class: string
    reasons: readonly string[]
    /** The model that is asked for the class at run time; null = the heuristic decides there too. */
    asks: string | null
    /** What it was taken to answer; null = nothing of use, then the heuristic decides. */
    answer: string | null
  } | null
  /** The verdict on the text that looks worst. */
  injection: Verdict['injection']
  tools: boolean
  images: boolean
  json: boolean
  stream: boolean
  user: string
  time: string | null
}

export interface Explanation {
  version: 1
  digest: string
  /** `byDefault` = it named no model. */
  request: { client: string; surface: Surface; model: string | null; byDefault?: true }
  world: { modes: readonly string[]; down: readonly string[] }
  /** What the name means; null when it means nothing or the request was not read. */
  entry: { model: string; rules: string | null; at: LineOfFile } | null
  /** Null in it: the policy has no need of it, so it is not computed. */
  facts: ExplainedFacts | null
  /** Label → what put it there. */
  labels: Readonly<Record<string, readonly string[]>>
  findings: Verdict['finds']
  /** How many there are, by `detector/kind`. */
  counts: Verdict['counts']
  /** Finds that do not count: the policy allows them, or there are too few of their kind. */
  passedOver: Verdict['passedOver']
  /** Why something was not read. */
  unread: Verdict['unread']
  rules: ExplainedRule[]
  outcome: ExplainedOutcome | null
  /** What the client is told; null when it is routed. */
  error: ClientError | null
}

export interface ExplainedOutcome {
  kind: 'route' | 'refuse'
  rule: string | null
  model: string | null
  forced: boolean
  reroutedBy: string | null
  balance: Balance | null
  targets: ExplainedTarget[]
  dropped: ExplainedDrop[]
  /** The least trusted zone it may reach. */
  minZone: string
  tags: readonly string[]
  /** Labels still carried at the end. */
  labels: readonly string[]
  redact: readonly string[]
  edits: ParameterEdits
  timeouts: Timeouts | null
  retry: Retry | null
  limits: { bodyBytes: number; bodyTimeoutMs: number }
}
