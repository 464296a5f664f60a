/** The operations that the app serves, from the registry of all. */
import type { Surface } from '../table/route-table.ts'
import { ALL_SURFACES, SURFACE_TRAITS, type SurfaceTraits } from '../table/surfaces.ts'

export interface SurfaceRoute extends SurfaceTraits {
  surface: Surface
}

export const SURFACES: readonly SurfaceRoute[] = ALL_SURFACES.map(routeOf)

function routeOf(surface: Surface): SurfaceRoute {
  return { surface, ...SURFACE_TRAITS[surface] }
}
