/** What a place can be asked for: what it speaks, and what can be translated to that. */
import type { Surface } from '../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import { spokenBy, wireOf } from '../../src/table/wire-of.ts'
import type {
  ResolvedBackend,
  ResolvedBackendModel,
  ResolvedServedModel,
} from '../resolve/resolved-policy.ts'

export function surfacesOfTarget(
  backend: Pick<ResolvedBackend, 'kind' | 'speaks'>,
  model: Pick<ResolvedBackendModel, 'speaks'>,
  translation: ResolvedServedModel['translation'],
): Surface[] {
  const own = model.speaks ?? backend.speaks
  const speaks = spokenBy(own === null ? {} : { speaks: own }, backend)
  return ALL_SURFACES.filter((surface) => wireOf(speaks, surface, translation ?? undefined) !== null)
}
