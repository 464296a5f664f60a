/**
 * The models that a backend declares.
 */
import type { Capability } from '../../src/table/route-table.ts'
import type { BackendModelConfig } from '../config/backends.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { within } from './place.ts'
import type { ResolvedBackendModel } from './resolved-policy.ts'
import type { Vocabulary } from './scope.ts'
import { zoneAt } from './unknown-name.ts'

const CAPABILITIES: readonly Capability[] = ['tools', 'vision', 'json']

export function resolveBackendModels(
  models: Record<string, BackendModelConfig>,
  at: Place,
  vocabulary: Vocabulary,
): Map<string, ResolvedBackendModel> {
  return new Map(
    Object.entries(models).map(([name, config]) => {
      const { id, context, supports, zone, price } = config
      const place = within(at, name)
      checkStar(name, id, place, vocabulary)
      return [
        name,
        {
          id,
          context: context ?? null,
          supports: supports ? CAPABILITIES.filter((capability) => supports.includes(capability)) : null,
          zone: zone === undefined ? null : zoneAt(zone, within(place, 'zone'), vocabulary),
          price: price ?? null,
          at: place,
        },
      ]
    }),
  )
}

/** One `*` in the id where the name is `*`; elsewhere it would travel to the backend as it stands. */
function checkStar(name: string, id: string, at: Place, { report }: Vocabulary): void {
  const stars = id.split('*').length - 1
  const wanted = name === '*' ? 1 : 0
  if (stars === wanted) return
  const message =
    wanted === 0
      ? `the id ${quote(id)} holds a ${quote('*')}, but the name ${quote(name)} is none`
      : `the id ${quote(id)} of the model ${quote('*')} holds ${stars === 0 ? 'no' : 'more than one'} ${quote('*')}`
  report('resolve/wildcard', message, {
    at: within(at, 'id'),
    label: wanted === 0 ? 'the `*` stands for nothing' : 'one `*` marks where the asked name goes',
    help:
      wanted === 0
        ? 'remove the `*`, or name the model `*`'
        : "write it as `'*'`, or with text around the `*`",
  })
}
