/** The flow of a table, for tests that start behind the compiler's front half. */
import { createFlow, type Flow } from '../../../compiler/flow/flow.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'

export function tableFlow(table: RouteTable): Flow {
  const models = Object.entries(table.models).map(([name, model]) => [
    name,
    model.kind === 'ruled' ? model.rules : null,
  ])
  return createFlow({ ...table, models: Object.fromEntries(models) })
}
