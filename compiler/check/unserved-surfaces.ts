/**
 * Surfaces that a model lists and that none of its targets speaks, nor anything that they can be translated to.
 */
import { quote, quoteList } from '../diagnostics/quote.ts'
import { servedTargets, surfacesOf } from '../flow/served-targets.ts'
import { within } from '../resolve/place.ts'
import type { Check } from './check-context.ts'

export const unservedSurfaces: Check = {
  name: 'unserved-surfaces',
  onlyIfSound: true,
  run(policy, { report, locate }) {
    for (const [name, model] of policy.models) {
      if (model.kind !== 'served' || model.surfaces === null) continue
      const served = surfacesOf(name, policy)
      const missing = model.surfaces.filter((surface) => !served.includes(surface))
      if (missing.length === 0) continue
      report('check/unserved-surface', `no target of ${quote(name)} can serve ${quoteList(missing)}`, {
        at: within(model.at, 'surfaces'),
        label: 'listed here',
        secondary: servedTargets(name, policy).map(({ at, surfaces }) => ({
          span: locate(at),
          text: surfaces.length === 0 ? 'serves nothing' : `serves ${surfaces.join(', ')}`,
        })),
        help: `take ${quoteList(missing)} off the list, add a target that can, or say with ${quote('speaks')} of the backend what it speaks`,
      })
    }
  },
}
