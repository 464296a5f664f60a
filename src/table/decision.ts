/** What decide() answers. Plain data: the server acts on it, the tools print it. */
import type { Balance, Capability, FailureCause, ParameterValues, Target } from './route-table.ts'

/** Changes to the request's parameters, in the order of the rules that asked for them. */
export interface ParameterEdits {
  set: ParameterValues
  clamp: Record<string, { min: number | null; max: number | null }>
}

/** What the rules did to a request before its fate was settled. */
export interface RuleOutcome {
  /** `ruleset/id` of the rule that settled it; null when none was asked. */
  rule: string | null
  /** The arm that it fell on, where that rule is a split: the model that it names; left out, it is none. */
  variant?: string
  forced: boolean
  tags: readonly string[]
  /** Labels still carried at the end. */
  labels: readonly string[]
  edits: ParameterEdits
  /** Detectors whose findings are replaced before anything leaves. */
  redact: readonly string[]
}

/** A target that is tried after others, and by which of the last attempt's causes. */
export interface FallbackStep {
  target: Target
  on: readonly FailureCause[]
  /** The fallback model whose limits it counts against; left out where there are none. */
  of?: string
}

export interface RouteDecision extends RuleOutcome {
  kind: 'route'
  /** Key of a served model in the table. */
  model: string
  /** The label whose `onDenied` sent it there; null = none did. */
  reroutedBy: string | null
  balance: Balance
  /** Permitted, able and held to be up; shared by `balance`. */
  pool: readonly { target: Target; weight: number }[]
  /** After the pool, in this order; where the pool is empty, the first one whatever its causes. Not both are empty. */
  fallback: readonly FallbackStep[]
  /** No byte of this request may leave for a zone below this rank. */
  minZone: number
}

export type RefusalReason =
  | { reason: 'unknown-model' | 'model-not-allowed' | 'injection' | 'images' }
  | { reason: 'blocked'; status: number; message: string }
  /** `model` is where the request would have gone; null = nothing here serves the surface. */
  | { reason: 'surface-not-served'; model: string | null }
  /** No target is trusted enough for that label. */
  | { reason: 'label-denied'; label: string; model: string }
  /** All that is left is gated by a mode that is on. */
  | { reason: 'mode-denied'; mode: string; model: string }
  | { reason: 'not-capable'; capability: Capability; model: string }
  /** No target keeps what that field refers to. */
  | { reason: 'state-not-kept'; field: string }
  /** A tool that the backend would run itself, which the model does not allow or the request's labels forbid. */
  | { reason: 'server-tool'; tool: string }

export type Refusal = { kind: 'refuse' } & RuleOutcome & RefusalReason

export type Decision = RouteDecision | Refusal

/** Why a target was left out. */
export type DropReason = 'surface' | 'state' | 'label' | 'mode' | 'capability' | 'context'

/** Follows a decision step by step, for tools that explain. */
export interface Trace {
  rule: (
    ruleset: string,
    index: number,
    outcome: { matched: boolean; tags: readonly string[]; labels: readonly string[] },
  ) => void
  dropped: (model: string, target: Target, why: DropReason) => void
}
