/**
 * Models that the gateway itself would ask, and that do not serve what it asks: it never could.
 */
import { quote } from '../diagnostics/quote.ts'
import { surfacesOf } from '../flow/served-targets.ts'
import { within } from '../resolve/place.ts'
import type { Surface } from '../../src/table/route-table.ts'
import type { Check } from './check-context.ts'

export const unaskableModels: Check = {
  name: 'unaskable-models',
  run(policy, { report, locate }) {
    const { sinks, models } = policy
    const { classifier, cache } = sinks
    const asked = [
      { asked: classifier, what: 'the classifier', surface: 'chat' },
      { asked: cache?.embed, what: 'the embedding for the cache', surface: 'embeddings' },
    ] as const satisfies { surface: Surface; [key: string]: unknown }[]
    for (const { asked: found, what, surface } of asked) {
      const model = found ? models.get(found.model) : undefined
      if (!found || model?.kind !== 'served') continue
      if (surfacesOf(found.model, policy).includes(surface)) continue
      const message = `${what} cannot be asked: ${quote(found.model)} does not serve ${quote(surface)}`
      report('check/incapable-target', message, {
        at: found.at,
        label: 'leads there',
        secondary:
          model.surfaces?.includes(surface) === false
            ? [{ span: locate(within(model.at, 'surfaces')), text: `without ${quote(surface)}` }]
            : [{ span: locate(model.at, 'key'), text: `no target of it can do ${quote(surface)}` }],
        help: `name a model that serves ${quote(surface)}`,
      })
    }
  },
}
