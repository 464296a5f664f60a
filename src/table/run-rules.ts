/** Runs a ruleset over a request: modifiers add up, the first rule with an end settles it. */
import type { ParameterEdits, Trace } from './decision.ts'
import type { Facts } from './facts.ts'
import { lookup } from './lookup.ts'
import { holds } from './predicate.ts'
import type { Action, Redaction, RouteTable, Rule } from './route-table.ts'
import { pickArm } from './split.ts'

/** The request as the rules have left it so far. */
export interface RuleState {
  tags: readonly string[]
  labels: readonly string[]
  edits: ParameterEdits
  redact: readonly string[]
}

/** `variant`: the arm of a split; left out, the rule has none. */
export type RuleEnd =
  | { kind: 'route'; to: string; force: boolean; variant?: string }
  | { kind: 'block'; status: number; message: string }

export interface RulesResult {
  state: RuleState
  end: RuleEnd
  /** Id of the rule that settled it. */
  rule: string
}

/** @throws Error when no rule settles the request; the compiler refuses such rulesets */
export function runRules(
  facts: Facts,
  table: RouteTable,
  ruleset: string,
  start: RuleState,
  trace?: Trace,
): RulesResult {
  let state = start
  for (const [index, rule] of (lookup(table.rulesets, ruleset) ?? []).entries()) {
    const matched = rule.when === null || holds(rule.when, facts, state)
    trace?.rule(ruleset, index, { matched, tags: state.tags, labels: state.labels })
    if (!matched) continue
    state = applyModifiers(rule, facts, state)
    if (rule.action.kind !== 'continue')
      return { state, end: endOf(rule.action, rule.id, facts), rule: rule.id }
  }
  throw new Error(`ruleset ${ruleset} has no rule that always ends`)
}

function endOf(action: Exclude<Action, { kind: 'continue' }>, rule: string, facts: Facts): RuleEnd {
  if (action.kind !== 'split') return action
  const arm = pickArm(action.arms, `${rule}\0${facts.user}`)
  return { kind: 'route', to: arm, force: action.force, variant: arm }
}

function applyModifiers(rule: Rule, facts: Facts, state: RuleState): RuleState {
  const { addTags, set, clamp, redact: redaction } = rule
  const tags = addTags.length === 0 ? state.tags : [...new Set([...state.tags, ...addTags])]
  const edits: ParameterEdits = {
    set: { ...state.edits.set, ...set },
    clamp: { ...state.edits.clamp, ...clamp },
  }
  if (redaction === null) return { ...state, tags, edits }
  const redact = [...new Set([...state.redact, ...redaction.detectors])]
  return { tags, edits, redact, labels: relabel(redaction, redact, facts, state.labels) }
}

/**
 * A label goes only when all that caused it has been redacted: what was never scanned, or was put there by
 * the client's entry, no redaction can take away.
 */
function relabel(
  { relabel: change }: Redaction,
  redacted: readonly string[],
  facts: Facts,
  labels: readonly string[],
): readonly string[] {
  if (change === null) return labels
  const gone = (label: string): boolean => {
    const causes = lookup(facts.labels, label)
    return causes !== undefined && causes.every((cause) => redacted.includes(cause))
  }
  const kept = labels.filter((label) => !gone(label))
  if (change.to === null || kept.length === labels.length) return kept
  return [...new Set([...kept, change.to])]
}
