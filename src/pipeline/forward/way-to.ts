/** What is spoken to a target for a request, and how that becomes what the client speaks. */
import type { Dialect } from '../../protocols/dialect.ts'
import { dialectOf } from '../../protocols/dialect-of.ts'
import { translationOf } from '../../protocols/translate/translations.ts'
import type { Translation } from '../../protocols/translate/translation.ts'
import { lookup } from '../../table/lookup.ts'
import type { RouteTable, ServedModel, Surface, Target, Wire } from '../../table/route-table.ts'
import { spokenBy, wireOf } from '../../table/wire-of.ts'

export interface Way {
  wire: Wire
  /** Of what comes from the backend. */
  dialect: Dialect
  /** Null where the client speaks the same: bytes go through as they come. */
  translation: Translation | null
}

/** What of an exchange says how its targets are spoken to. */
export interface Asking {
  route: { surface: Surface }
  model: Pick<ServedModel, 'translation'>
  snapshot: { table: RouteTable }
}

/** Each is made once: there are few. */
const ways = new Map<Surface, Map<Wire, Way>>()

/** @throws Error where there is none: decide() has left such targets out */
export function wayTo(target: Target, { route, model, snapshot }: Asking): Way {
  const backend = lookup(snapshot.table.backends, target.backend)
  if (backend === undefined) throw new Error(`the table has no backend ${target.backend}`)
  const wire = wireOf(spokenBy(target, backend), route.surface, model.translation)
  if (wire === null || wire === 'gateway') {
    throw new Error(`${target.backend}/${target.model} cannot be asked for ${route.surface}`)
  }
  return ways.get(route.surface)?.get(wire) ?? makeWay(route.surface, wire)
}

/** What the client calls a field of what is spoken to the backend. */
export function clientField({ translation }: Pick<Way, 'translation'>, field: string): string {
  return translation?.clientField?.(field) ?? field
}

function makeWay(surface: Surface, wire: Wire): Way {
  const translation = wire === surface ? null : translationOf(surface, wire)
  const way = { wire, dialect: dialectOf(wire), translation }
  const ofSurface = ways.get(surface) ?? new Map<Wire, Way>()
  ways.set(surface, ofSurface.set(wire, way))
  return way
}
