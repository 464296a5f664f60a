/** The correlation id as it may be logged of a request that nobody has looked at yet: a client may write anything there. */
import type { RouteTable } from '../../table/route-table.ts'
import { maskText } from '../trace/mask-parts.ts'

/** @param isOwn the gateway itself has made it */
export function loggedId(id: string, { isOwn, table }: { isOwn: boolean; table: RouteTable }): string {
  return isOwn ? id : maskText(id, 'correlation-id', table)
}
