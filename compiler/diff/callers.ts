/**
 * Who may ask for what, in classes: two clients, or two names, that neither table tells apart are one.
 */
import { mayUse, resolveName } from '../../src/table/names.ts'
import type { Predicate } from '../../src/table/predicate.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { lookup } from '../../src/table/lookup.ts'
import { predicatesOf } from './predicates-of.ts'

export interface CallerClass {
  /** All alike; the first stands for them. */
  clients: string[]
  /** All alike; one that ends in `*` stands for names that begin so. */
  names: string[]
  /** A name to ask for. */
  example: string
  /** What the example begins with, where it stands for more than itself. */
  prefix: string | null
}

/** Of clients that all tables have: one that is new or gone needs no request to show it. */
export function callerClasses(tables: readonly RouteTable[]): CallerClass[] {
  const predicates = tables.flatMap(predicatesOf)
  const shared = Object.keys(tables[0]?.clients ?? {}).filter((client) =>
    tables.every((table) => Object.hasOwn(table.clients, client)),
  )
  const clients = groupBy(shared, (client) => tables.map((table) => clientKey(client, table, predicates)))
  const names = namesOf(tables, predicates)
  return clients.flatMap((group) => {
    const [client = ''] = group
    const alike = groupBy(names, ({ example }) =>
      tables.map((table) => callKey(client, example, { table, predicates })),
    )
    return alike.map((entries) => ({
      clients: group,
      names: entries.map(({ shown }) => shown),
      example: entries[0]?.example ?? '',
      prefix: entries[0]?.prefix ?? null,
    }))
  })
}

interface AskedName {
  shown: string
  example: string
  prefix: string | null
}

/** Every name that either table mentions, and one name for each beginning of names. */
function namesOf(tables: readonly RouteTable[], predicates: readonly Predicate[]): AskedName[] {
  const models = predicates.flatMap((predicate) => (predicate.kind === 'model' ? [predicate] : []))
  const grants = tables.flatMap(({ clients }) =>
    Object.values(clients).flatMap((client) => client.models ?? []),
  )
  const exact = [
    ...tables.flatMap(({ names }) => Object.keys(names)),
    ...models.flatMap((predicate) => predicate.names),
    ...grants.filter((grant) => !grant.endsWith('*')),
  ]
  const prefixes = unique([
    ...tables.flatMap(({ wildcards }) => wildcards.map(({ prefix }) => prefix)),
    ...models.flatMap((predicate) => predicate.prefixes),
    ...grants.filter((grant) => grant.endsWith('*')).map((grant) => grant.slice(0, -1)),
  ])
  const isName = (name: string): boolean => tables.some((table) => resolveName(table, name) !== undefined)
  return [
    ...unique(exact).map((name) => ({ shown: name, example: name, prefix: null })),
    ...prefixes.map((prefix) => ({ shown: `${prefix}*`, example: `${prefix}any-other-name`, prefix })),
  ].filter(({ example }) => isName(example))
}

/** All that a table may know a client by. */
function clientKey(client: string, { clients }: RouteTable, predicates: readonly Predicate[]): unknown {
  const entry = lookup(clients, client)
  const asked = predicates.map((predicate) => predicate.kind === 'client' && predicate.names.includes(client))
  return entry === undefined ? null : [entry.models, entry.tags, entry.labels, asked]
}

/** All that a table may know a name by, when this client asks for it. */
function callKey(
  client: string,
  name: string,
  { table, predicates }: { table: RouteTable; predicates: readonly Predicate[] },
): unknown {
  const resolved = resolveName(table, name)
  if (resolved === undefined) return 'no such model'
  if (!mayUse(table, client, name)) return 'not allowed'
  const asked = predicates.map(
    (predicate) =>
      predicate.kind === 'model' &&
      (predicate.names.includes(name) || predicate.prefixes.some((prefix) => name.startsWith(prefix))),
  )
  return [resolved.model, resolved.rest !== '', asked]
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => unknown): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = JSON.stringify(keyOf(item))
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return [...groups.values()]
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)]
}
