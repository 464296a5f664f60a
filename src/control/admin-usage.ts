/**
 * The admin API's route for usage: `GET /admin/usage?by=client&since=7d&until=2026-11-21&client=crew`.
 */
import { Hono } from 'hono'
import { GatewayError } from '../errors.ts'
import { USAGE_GROUPS, type UsageGroup, type UsageQuery, type UsageReport } from '../table/usage-report.ts'
import { parseMoment } from './parse-moment.ts'

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
    const moment = (name: 'since' | 'until', otherwise: number): number => {
      const text = req.query(name)
      const found = text === undefined ? otherwise : parseMoment(text, now, zone)
      if (found !== null) return found
      throw new GatewayError(
        'invalid_field',
        `\`${name}\` is such as 24h, 7d, 2026-11-21 or 2026-11-21T08:00Z`,
        {
          param: name,
        },
      )
    }
    const query: UsageQuery = {
      by: groupIn(req.query('by') ?? 'client'),
      since: moment('since', now - DAY_MS),
      until: moment('until', now + 1),
      client: req.query('client') ?? null,
      timeZone: zone,
    }
    return json(await report(query))
  })
  return app
}

function groupIn(text: string): UsageGroup {
  const group = USAGE_GROUPS.find((name) => name === text)
  if (group !== undefined) return group
  throw new GatewayError('invalid_field', `\`by\` is one of ${USAGE_GROUPS.join(', ')}`, { param: 'by' })
}
