/** Who may ask for what: clients and the names that they may use. */
import { mayUse } from '../../src/table/names.ts'
import type { FlowInput } from './flow-input.ts'
import { and, or, type Formula } from './formula.ts'
import type { NameClass } from './name-classes.ts'
import type { Space } from './space.ts'

/** When a request asks for one of some models, by a name that its client may use. */
export type AsksFor = (models: ReadonlySet<string>) => Formula

/** Looks every grant up once; clients that are granted alike stand together. */
export function entrances(input: FlowInput, space: Space): AsksFor {
  const alike = Map.groupBy(space.clients, (client) => JSON.stringify(input.clients[client]?.models ?? null))
  const groups = Array.from(alike.values(), (clients) => {
    const members = new Set(clients)
    const mayAsk = ({ example }: NameClass): boolean => mayUse(input, clients[0] ?? '', example)
    return { isMember: space.client((name) => members.has(name)), names: new Set(space.names.filter(mayAsk)) }
  })
  return (models) =>
    or(
      ...groups.map(({ isMember, names }) =>
        and(
          isMember,
          space.name((name) => models.has(name.model) && names.has(name)),
        ),
      ),
    )
}
