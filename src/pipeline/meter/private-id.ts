/** Whether something private stands in the correlation id of a request. */
import type { RouteTable } from '../../table/route-table.ts'
import type { Classified } from '../classify/classify.ts'
import { maskText } from '../trace/mask-parts.ts'

/** It is the last text that is scanned: behind the bound it is looked at by itself. */
export function isPrivateId(
  { findings, parts, unread }: Pick<Classified, 'findings' | 'parts' | 'unread'>,
  { correlationId, ownId, table }: { correlationId: string; ownId: boolean; table: RouteTable },
): boolean {
  if (findings.some(({ part }) => parts[part]?.kind === 'correlation-id')) return true
  if (ownId || !unread.includes('size')) return false
  return maskText(correlationId, 'correlation-id', table) !== correlationId
}
