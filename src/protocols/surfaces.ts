/** The operations that the app serves, from the registry of all. */
import type { Surface } from '../table/route-table.ts'
import { SURFACE_TRAITS, type SurfaceTraits } from '../table/surfaces.ts'

export interface SurfaceRoute extends SurfaceTraits {
  surface: Surface
}

/** Those that the engine can forward. */
const FORWARDED: readonly Surface[] = [
  'chat',
  'completions',
  'embeddings',
  'responses',
  'messages',
  'count-tokens',
  'rerank',
  'images',
  'moderations',
]

export const SURFACES: readonly SurfaceRoute[] = FORWARDED.map(routeOf)

function routeOf(surface: Surface): SurfaceRoute {
  return { surface, ...SURFACE_TRAITS[surface] }
}
