/**
 * Rulesets that may leave a request without an end: the last rule must always hold, and settle.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'

export const missingDefaults: Check = {
  name: 'missing-defaults',
  run({ rulesets }, { report }) {
    for (const [name, { rules, at }] of rulesets) {
      const last = rules.at(-1)
      if (last !== undefined && last.when === null && last.rule.action.kind !== 'continue') continue
      const help = 'end it with a rule that has no `when`, as in `- { id: else, to: fast }`'
      if (last === undefined) {
        report('check/missing-default', `the ruleset ${quote(name)} is empty`, { at, prefer: 'key', help })
        continue
      }
      const settles = last.rule.action.kind !== 'continue'
      const what = settles ? 'may not hold' : 'only changes the request'
      report('check/missing-default', `the last rule of ${quote(name)}, ${quote(last.rule.id)}, ${what}`, {
        at: settles ? { ...last.at, path: [...last.at.path, 'when'] } : last.at,
        prefer: settles ? 'key' : 'value',
        label: settles
          ? 'a request for which this does not hold has no end'
          : 'no rule settles what comes here',
        help,
      })
    }
  },
}
