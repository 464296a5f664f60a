/**
 * Route table → the text of `src/generated/route-table.ts`. The same table is the same text on every machine.
 */
import type { RouteTable } from '../../src/table/route-table.ts'
import { canonicalize } from './canonical-json.ts'

const HEADER = `// Emitted by \`aicc compile\` from policies/*.yaml. Do not edit: change the policies and compile again.
import type { RouteTable } from '../table/route-table.ts'
`

export function toModule(table: RouteTable): string {
  return `${HEADER}\nexport const routeTable: RouteTable = ${JSON.stringify(canonicalize(table), null, 2)}\n`
}
