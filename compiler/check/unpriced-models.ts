/**
 * Models without a price that a client with a budget can come to: what they cost would not count.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'
import { clientReach } from './client-reach.ts'
import { targetsOf } from './targets-of.ts'

export const unpricedModels: Check = {
  name: 'unpriced-models',
  onlyIfSound: true,
  run(policy, { report, locate }) {
    const reported = new Set<string>()
    for (const [name, client] of policy.clients) {
      if (client.budget === null) continue
      for (const [model, way] of clientReach(policy, name, client)) {
        const served = policy.models.get(model)
        if (served?.kind !== 'served') continue
        for (const target of targetsOf(served, policy)) {
          if (target.model.price !== null || reported.has(target.name)) continue
          reported.add(target.name)
          report(
            'check/unpriced-model',
            `${quote(target.name)} has no price, and ${quote(name)}, who has a budget, can come to it`,
            {
              at: target.model.at,
              prefer: 'key',
              secondary: [{ span: locate(client.budget.at), text: 'a budget that would not see it' }],
              notes: [`the way there: ${[...way, target.name].join(' → ')}`],
              help: 'add a `price`, as in `price: { input: 0.5, output: 1.5 }` USD per million tokens; 0 for what costs nothing',
            },
          )
        }
      }
    }
  },
}
