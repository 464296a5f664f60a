/**
 * The admin API: loopback only, with a token of its own that no client key replaces.
 */
import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'
import { GatewayError } from '../errors.ts'
import { adminAlerts, type AlertControl } from './admin-alerts.ts'
import { adminModes, type ModeControl } from './admin-modes.ts'
import { adminAggregates, adminRequests, type HistoryControl } from './admin-requests.ts'
import { adminShadow, type ShadowControl } from './admin-shadow.ts'
import { checkAdmin } from './check-admin.ts'
import { adminUsage, type UsageControl } from './admin-usage.ts'
import type { GatewayStatus } from './gateway-status.ts'
import type { ReloadResult } from './gateway.ts'
import type { HealthDetail } from './health/health-detail.ts'
import type { Log } from '../table/log-line.ts'

export interface AdminOptions {
  token: string
  modes: ModeControl
  shadow: ShadowControl
  alerts: AlertControl
  usage: UsageControl
  history: HistoryControl
  /** How each part stands. */
  health: () => Promise<HealthDetail>
  /** In Prometheus' text format. */
  metrics: () => Promise<string>
  reload: () => Promise<ReloadResult>
  status: () => Promise<GatewayStatus>
  log: Log
}

/** Version 0.0.4 of the text format, which each Prometheus reads. */
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'

/** Made by `npm run schemas` from the types of what is answered. */
const OPENAPI = new URL('../../schemas/admin.openapi.json', import.meta.url)

const READ_ONLY = [
  '/metrics',
  '/health/detailed',
  '/admin/status',
  '/admin/openapi.json',
  '/admin/usage',
  '/admin/requests',
  '/admin/requests/:id',
  '/admin/requests/:id/trace',
  '/admin/aggregates',
  '/admin/alerts',
]

export function createAdminApp(options: AdminOptions): Hono {
  const { token, modes, shadow, alerts, usage, history, health, metrics, reload, status, log } = options
  const app = new Hono()
  app.use(async ({ req }, next) => {
    checkAdmin({ host: req.header('host'), authorization: req.header('authorization') }, token)
    await next()
  })
  app.post('/admin/reload', async (context) => {
    const result = await reload()
    if (result.kind === 'reloaded') return context.json({ digest: result.digest, how: result.how })
    return context.json({ diagnostics: result.diagnostics, rendered: result.rendered }, 409)
  })
  app.get('/admin/status', async (context) => context.json(await status()))
  app.get('/metrics', async (context) => context.text(await metrics(), 200, { 'content-type': PROMETHEUS }))
  app.get('/health/detailed', async (context) => {
    const detail = await health()
    return context.json(detail, detail.status === 'down' ? 503 : 200)
  })
  app.get('/admin/events', () => {
    throw new GatewayError('not_found', 'this route speaks WebSocket only')
  })
  app.get('/admin/openapi.json', async (context) => {
    const text = await readFile(OPENAPI, 'utf8')
    return context.body(text, 200, { 'content-type': 'application/json' })
  })
  app.route('/admin/modes', adminModes(modes))
  app.route('/admin/shadow', adminShadow(shadow))
  app.route('/admin/alerts', adminAlerts(alerts))
  app.route('/admin/usage', adminUsage(usage))
  app.route('/admin/requests', adminRequests(history))
  app.route('/admin/aggregates', adminAggregates(history))
  app.all('/admin/reload', () => refuseMethod('POST'))
  app.all('/admin/alerts/:name/test', () => refuseMethod('POST'))
  app.all('/admin/shadow', () => refuseMethod('GET, PUT, DELETE'))
  for (const path of READ_ONLY) {
    app.all(path, () => refuseMethod('GET'))
  }
  app.all('/admin/modes', () => refuseMethod('GET'))
  app.all('/admin/modes/:name', () => refuseMethod('GET, PUT'))
  app.notFound(() => new GatewayError('not_found', 'no such admin route').toResponse())
  app.onError((error) => {
    if (error instanceof GatewayError) return error.toResponse()
    log('error', `admin API: ${error.stack ?? error.message}`)
    return new GatewayError('internal_error', 'internal error').toResponse()
  })
  return app
}

function refuseMethod(allow: string): Response {
  const message = `this route takes ${allow} only`
  return new GatewayError('method_not_allowed', message, { headers: { allow } }).toResponse()
}
