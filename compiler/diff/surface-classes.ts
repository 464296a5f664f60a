/**
 * Surfaces that no rule, guard, model or target tells apart: a request on one of them stands for those on the others.
 */
import { lookup } from '../../src/table/lookup.ts'
import type { Predicate } from '../../src/table/predicate.ts'
import type { RouteTable, Surface } from '../../src/table/route-table.ts'
import { spokenBy, wireOf } from '../../src/table/wire-of.ts'

/** @returns the first surface of each class, in the order in which tables list them */
export function surfaceClasses(tables: readonly RouteTable[], predicates: readonly Predicate[]): Surface[] {
  const served = [...new Set(tables.flatMap(({ surfaces }) => surfaces))]
  const asked = predicates.flatMap((predicate) => (predicate.kind === 'surface' ? [predicate.names] : []))
  const kinds = served.map((surface) =>
    JSON.stringify([
      asked.map((names) => names.includes(surface)),
      tables.map((table) => traitsIn(table, surface)),
    ]),
  )
  return served.filter((_, i) => kinds.indexOf(kinds[i] ?? '') === i)
}

function traitsIn({ surfaces, classify, models, targets, backends }: RouteTable, surface: Surface): unknown {
  const lists = [surfaces, classify.privacy?.surfaces, classify.injection?.surfaces]
  const translations = new Set<'off' | undefined>()
  for (const model of Object.values(models)) {
    if (model.kind !== 'served') continue
    lists.push(model.surfaces ?? undefined)
    translations.add(model.translation === 'off' ? 'off' : undefined)
  }
  const wires = Object.values(targets).flatMap((target) => {
    const backend = lookup(backends, target.backend)
    if (backend === undefined) return []
    return [...translations].map((rule) => wireOf(spokenBy(target, backend), surface, rule) !== null)
  })
  return [lists.map((list) => list?.includes(surface)), wires]
}
