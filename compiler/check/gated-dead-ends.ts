/**
 * Rules that lead nowhere while a mode is on: every target of theirs is gated, and the rule does not force its way.
 */
import { quote, quoteList } from '../diagnostics/quote.ts'
import { describeFacts } from '../flow/describe-facts.ts'
import { analyseFlow } from '../flow/flow.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { targetsOf } from './targets-of.ts'

export const gatedDeadEnds: Check = {
  name: 'gated-dead-ends',
  onlyIfSound: true,
  run(policy, { report, locate }) {
    if (policy.modes.size === 0) return
    const flow = analyseFlow(policy)
    for (const [ruleset, { rules }] of policy.rulesets) {
      for (const [index, { rule, destinations }] of rules.entries()) {
        const forced = rule.action.kind !== 'block' && rule.action.kind !== 'continue' && rule.action.force
        for (const { model, at } of destinations) {
          const modes = gatesOf(model, forced, policy)
          const also = modes.map((name) => ({ kind: 'mode', name }) as const)
          // A rule before may take these requests while the mode is on.
          if (modes.length === 0) continue
          const found = flow.atRule({ ruleset, index, also })
          if (found.kind !== 'found') continue
          const on = modes.length === 1 ? `${quoteList(modes)} is on` : `${quoteList(modes)} are on`
          report('check/gated-dead-end', `while ${on}, the rule ${quote(rule.id)} leads nowhere`, {
            at,
            label: `all targets of ${quote(model)} are held back`,
            secondary: modes.flatMap((name) => {
              const mode = policy.modes.get(name)
              return mode === undefined ? [] : [{ span: locate(mode.at, 'key'), text: 'by this mode' }]
            }),
            notes: [
              `for example: ${describeFacts(found.facts, policy.texts)}: 503 with the code ${quote('mode_denied')}`,
            ],
            help: `give ${quote(model)} a fallback that no mode gates, ${wayOut(modes, forced, policy)}`,
          })
        }
      }
    }
  },
}

function wayOut(modes: readonly string[], forced: boolean, policy: ResolvedPolicy): string {
  if (forced) return `or let the mode be ${quote('whenOn: force-only')}`
  const canForce = modes.some((name) => policy.modes.get(name)?.mode.whenOn === 'force-only')
  const before = 'put a rule for that mode before this one'
  return canForce ? `${before}, or add ${quote('force: true')}` : `or ${before}`
}

/** The modes that together hold all targets back; none when one of them is free. */
function gatesOf(model: string, forced: boolean, policy: ResolvedPolicy): string[] {
  const served = policy.models.get(model)
  if (served?.kind !== 'served') return []
  const gates = new Set<string>()
  for (const { mode } of targetsOf(served, policy)) {
    if (mode === null || (forced && policy.modes.get(mode)?.mode.whenOn === 'force-only')) return []
    gates.add(mode)
  }
  return [...gates].toSorted()
}
