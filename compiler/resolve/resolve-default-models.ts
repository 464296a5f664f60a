/** What is asked for where a request names no model: a name that clients could write themselves. */
import type { PolicyFile } from '../config/policy.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { Surface } from '../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import { within } from './place.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedNames } from './resolve-names.ts'
import type { ResolvedDefaultModel } from './resolved-policy.ts'
import { reportUnknownModel } from './unknown-model.ts'

/** In the order of surfaces, whatever order they were written in. */
export function resolveDefaultModels(
  { defaultModels = {} }: PolicyFile,
  { exact }: Pick<ResolvedNames, 'exact'>,
  context: ResolveContext,
): Map<Surface, ResolvedDefaultModel> {
  const found = new Map<Surface, ResolvedDefaultModel>()
  for (const surface of ALL_SURFACES) {
    const name = defaultModels[surface]
    if (name === undefined) continue
    const at: Place = within({ file: 'policy', path: ['defaultModels'] }, surface)
    const model = exact.get(name)
    if (model === undefined) reportUnknownModel({ name, at, known: [...exact.keys()] }, context)
    else found.set(surface, { name, model, at })
  }
  return found
}
