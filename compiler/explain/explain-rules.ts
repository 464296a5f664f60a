/**
 * The rules of a ruleset in order, each with what held or what did not.
 */
import { failingPath, holds, type Marks } from '../../src/table/predicate.ts'
import type { CompiledPolicy } from '../compile.ts'
import { maskSecrets } from '../diagnostics/secret-shapes.ts'
import type { ResolvedPredicate, ResolvedRule } from '../resolve/resolved-policy.ts'
import type { LineOf } from '../simulate/line-of-file.ts'
import type { Judged, RuleStep } from '../simulate/simulate.ts'
import { describeFailure, describePredicate } from './describe-predicate.ts'
import type { ExplainedPart, ExplainedRule } from './explanation.ts'

/** Empty for a request that no ruleset was asked about. */
export function explainRules(judged: Judged, compiled: CompiledPolicy, lineOf: LineOf): ExplainedRule[] {
  const { steps } = judged
  const ruleset = steps[0]?.ruleset
  const rules = ruleset === undefined ? [] : (compiled.policy.rulesets.get(ruleset)?.rules ?? [])
  return rules.map((rule, index) =>
    explainRule(rule, { ruleset: ruleset ?? '', step: steps[index], judged, compiled, lineOf }),
  )
}

interface Setting {
  ruleset: string
  /** Undefined for a rule that was not asked any more. */
  step: RuleStep | undefined
  judged: Judged
  compiled: CompiledPolicy
  lineOf: LineOf
}

function explainRule({ rule, when, at }: ResolvedRule, setting: Setting): ExplainedRule {
  const { ruleset, step, judged, compiled, lineOf } = setting
  const { texts } = compiled.table
  const marks: Marks = step ?? { tags: [], labels: [] }
  const asked = step !== undefined
  const common = {
    name: `${ruleset}/${rule.id}`,
    at: lineOf(at),
    holds: asked ? step.matched : null,
    settles: step?.matched === true && rule.action.kind !== 'continue',
  }
  if (when === null) return { ...common, why: 'always', whyAt: lineOf(at), parts: [] }

  const { facts } = judged
  const text = (part: ResolvedPredicate): string => describePredicate(part.predicate, texts)
  const failed = asked && !step.matched ? partAt(when, failingPath(when.predicate, facts, marks)) : null
  const part = failed ?? when
  return {
    ...common,
    // A header's value may be a key.
    why: maskSecrets(
      failed === null ? text(when) : describeFailure(failed.predicate, { facts, marks, texts }),
    ),
    whyAt: lineOf(part.at),
    parts: asked
      ? leavesOf(when).map((leaf): ExplainedPart => ({
          holds: holds(leaf.predicate, facts, marks),
          text: text(leaf),
          at: lineOf(leaf.at),
        }))
      : [],
  }
}

function partAt(predicate: ResolvedPredicate, path: readonly number[]): ResolvedPredicate {
  const [index, ...rest] = path
  const part = index === undefined ? undefined : predicate.parts[index]
  return part === undefined ? predicate : partAt(part, rest)
}

/** The tests of a condition, without what ties them together; what is negated stays whole. */
function leavesOf(condition: ResolvedPredicate): ResolvedPredicate[] {
  const { predicate, parts } = condition
  return predicate.kind === 'all' || predicate.kind === 'any' ? parts.flatMap(leavesOf) : [condition]
}
