/**
 * The admin API's routes for the shadow: give it a candidate table, read what it counts, end it.
 */
import { Hono } from 'hono'
import { GatewayError } from '../errors.ts'
import type { RouteTable } from '../table/route-table.ts'
import type { ShadowReport } from '../table/shadow-report.ts'
import { tableProblem } from './table-problem.ts'

export interface ShadowControl {
  set: (table: RouteTable | null) => Promise<void>
  report: () => Promise<ShadowReport | null>
}

export function adminShadow(shadow: ShadowControl): Hono {
  const app = new Hono()
  app.put('/', async (context) => {
    await shadow.set(await readTable(context.req.raw))
    return context.body(null, 204)
  })
  app.get('/', async (context) => context.json({ report: await shadow.report() }))
  app.delete('/', async (context) => {
    await shadow.set(null)
    return context.body(null, 204)
  })
  return app
}

async function readTable(request: Request): Promise<RouteTable> {
  const body: unknown = await request.json().catch(() => null)
  const { table } = (body ?? {}) as { table?: unknown }
  const problem = tableProblem(table)
  if (problem === null) return table as RouteTable
  throw new GatewayError('invalid_field', `\`table\` cannot serve: ${problem}`, { param: 'table' })
}
