/**
 * Models without a price that a client with a budget can come to: what they cost would not count.
 */
import { quote } from '../diagnostics/quote.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { clientReach, exactly, type ClientReach } from './client-reach.ts'
import { targetsOf, type PossibleTarget } from './targets-of.ts'

export const unpricedModels: Check = {
  name: 'unpriced-models',
  onlyIfSound: true,
  run(policy, { report, locate }) {
    const reported = new Set<string>()
    for (const [name, { budgets }] of policy.clients) {
      const [budget] = budgets
      // Most policies have nothing to ask about: the exact way is taken only where there is.
      if (budget === undefined || unpriced(clientReach(policy, name), policy).length === 0) continue
      for (const { target, way } of unpriced(clientReach(policy, name, exactly(policy, name)), policy)) {
        if (reported.has(target.name)) continue
        reported.add(target.name)
        report(
          'check/unpriced-model',
          `${quote(target.name)} has no price, and ${quote(name)}, who has a budget, can come to it`,
          {
            at: target.model.at,
            prefer: 'key',
            secondary: [{ span: locate(budget.at), text: 'a budget that would not see it' }],
            notes: [`the way there: ${[...way, target.name].join(' → ')}`],
            help: 'add a `price`, as in `price: { input: 0.5, output: 1.5 }` (USD per million tokens), or `price: none` for what costs nothing',
          },
        )
      }
    }
  },
}

function unpriced(
  reach: ClientReach,
  policy: ResolvedPolicy,
): { target: PossibleTarget; way: readonly string[] }[] {
  return [...reach].flatMap(([model, way]) => {
    const served = policy.models.get(model)
    if (served?.kind !== 'served') return []
    const targets = targetsOf(served, policy).filter((target) => target.model.price === null)
    return targets.map((target) => ({ target, way }))
  })
}
