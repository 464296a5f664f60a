/** A ruleset for all requests at once: what `runRules` in `src/table` does to one request. */
import type { Predicate } from '../../src/table/predicate.ts'
import type { Rule } from '../../src/table/route-table.ts'
import { not, TRUE, type Formula } from './formula.ts'
import type { Marks } from './marks.ts'
import type { Space } from './space.ts'
import { toFormula } from './to-formula.ts'

export interface Step {
  rule: Rule
  /** The rule's condition, with tags and labels as the rules before have left them. */
  matches: Formula
  /** What holds of a request that gets here: none of the settling rules before did. */
  passed: readonly Formula[]
  /** Tags and labels as the rule finds them, and as it leaves them where it holds. */
  before: Marks
  after: Marks
}

export function walkRules(rules: readonly Rule[], start: Marks, space: Space): Step[] {
  const steps: Step[] = []
  const passed: Formula[] = []
  let marks = start
  for (const rule of rules) {
    const matches = conditionOf(rule.when, space, marks)
    const count = passed.length
    steps.push({
      rule,
      matches,
      // Made when asked for: a thousand rules have half a million of them.
      get passed() {
        return passed.slice(0, count)
      },
      before: marks,
      after: marks.after(rule, TRUE),
    })
    if (rule.action.kind === 'continue') marks = marks.after(rule, matches)
    else passed.push(not(matches))
  }
  return steps
}

function conditionOf(when: Predicate | null, space: Space, marks: Marks): Formula {
  return when === null ? TRUE : toFormula(when, space, marks)
}
