/**
 * The environment variables that a route table needs.
 */
import type { RouteTable } from './route-table.ts'

/** Names of all secrets, sorted, each once. */
export function secretNames({ backends, clients }: RouteTable): string[] {
  const ofBackends = Object.values(backends).flatMap(({ key }) => (key ? [key.env] : []))
  const ofClients = Object.values(clients).flatMap(({ keys }) =>
    keys.flatMap((key) => ('env' in key ? [key.env] : [])),
  )
  return [...new Set([...ofBackends, ...ofClients])].toSorted()
}
