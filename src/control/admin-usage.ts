/**
 * The admin API's route for usage: `GET /admin/usage?by=client&since=7d&until=2026-11-21&client=crew`.
 */
import { Hono } from 'hono'
import { USAGE_GROUPS, type UsageQuery, type UsageReport } from '../table/usage-report.ts'
import { momentIn, oneOf } from './query-fields.ts'

export interface UsageControl {
  /** Where a day begins. */
  timeZone: () => string
  /** @throws Error for people when the database does not answer */
  report: (query: UsageQuery) => Promise<UsageReport>
}

const DAY_MS = 24 * 3_600_000

export function adminUsage({ timeZone, report }: UsageControl): Hono {
  const app = new Hono()
  app.get('/', async ({ req, json }) => {
    const zone = timeZone()
    const now = Date.now()
    const field = (name: string): string | undefined => req.query(name)
    const world = { now, timeZone: zone }
    const query: UsageQuery = {
      by: oneOf(field, 'by', USAGE_GROUPS) ?? 'client',
      since: momentIn(field, 'since', world) ?? now - DAY_MS,
      until: momentIn(field, 'until', world) ?? now + 1,
      client: req.query('client') ?? null,
      timeZone: zone,
    }
    return json(await report(query))
  })
  return app
}
