/**
 * Is this what our compiler emitted? Judges a table that comes from elsewhere than a compile of ours.
 */
import { createHash } from 'node:crypto'
import type { RouteTable } from '../table/route-table.ts'

/** Tables of other versions mean something else to the edge that runs now. */
const VERSION: RouteTable['version'] = 2

/** @returns what is wrong with it, null when nothing is */
export function tableProblem(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is no route table'
  const { digest, ...content } = value as Partial<RouteTable>
  if (content.version !== VERSION) {
    return `it has version ${String(content.version)}, this aicc wants ${String(VERSION)}`
  }
  // The compiler's digest is over canonical JSON. Tables are emitted in that order, and JSON keeps it.
  const own = createHash('sha256').update(JSON.stringify(content)).digest('hex')
  return digest === own ? null : 'its digest is not that of its content'
}
