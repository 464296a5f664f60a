/**
 * The admin API's routes for alerts: how they stand, and a message to who would be told.
 */
import { Hono } from 'hono'
import { GatewayError } from '../errors.ts'
import type { AlertsReport, AlertTestResult } from '../table/alert-status.ts'

export interface AlertControl {
  report: () => AlertsReport
  /** Null = there is no such alert. */
  test: (name: string) => Promise<AlertTestResult[] | null>
}

export function adminAlerts({ report, test }: AlertControl): Hono {
  const app = new Hono()
  app.get('/', (context) => context.json(report()))
  app.post('/:name/test', async (context) => {
    const name = context.req.param('name')
    const results = await test(name)
    if (results === null) throw new GatewayError('not_found', `the policy has no alert \`${name}\``)
    return context.json({ results })
  })
  return app
}
