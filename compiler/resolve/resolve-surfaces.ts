/**
 * Surfaces in one order, whatever order they were written in: the table's bytes must not depend on it.
 */
import type { Surface } from '../../src/table/route-table.ts'
import { DEFAULTS } from './defaults.ts'

export function resolveSurfaces(written: readonly Surface[]): Surface[] {
  return DEFAULTS.surfaces.filter((surface) => written.includes(surface))
}
