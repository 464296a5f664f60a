import { describe, expect, it } from 'vitest'
import { createAdminApp } from '../../../src/control/admin-app.ts'
import type { GatewayStatus } from '../../../src/control/gateway-status.ts'
import type { ModeStatus } from '../../../src/control/mode-status.ts'
import type { ReloadResult } from '../../../src/control/gateway.ts'
import { digested } from './control-rig.ts'

const TOKEN = 'the-admin-token'
const HEADERS = { host: '127.0.0.1:8444', authorization: `Bearer ${TOKEN}` }

const log: string[] = []

const CANDIDATE = digested()

const GAMING: ModeStatus = {
  name: 'gaming',
  on: false,
  since: null,
  whenOn: 'force-only',
  gates: ['gpu'],
  host: null,
}

function appWith(result: ReloadResult | Error): ReturnType<typeof createAdminApp> {
  return createAdminApp({
    token: TOKEN,
    reload: () => (result instanceof Error ? Promise.reject(result) : Promise.resolve(result)),
    status: () => Promise.resolve({ version: '1.2.3' } as GatewayStatus),
    modes: {
      list: () => [GAMING],
      switch: (name, on) => {
        log.push(`switch ${name} ${on}`)
        return result instanceof Error ? Promise.reject(result) : Promise.resolve(result)
      },
      suggest: (written) => `not ${written}`,
    },
    shadow: {
      set: (table) => {
        log.push(`shadow ${table?.digest ?? 'none'}`)
        return Promise.resolve()
      },
      report: () => Promise.resolve(null),
    },
    alerts: {
      report: () => ({ checkedAt: null, alerts: [], receivers: [] }),
      test: (name) => Promise.resolve(name === 'known' ? [{ receiver: 'ops', problem: null }] : null),
    },
    history: {
      timeZone: () => 'UTC',
      page: (query) => {
        log.push(JSON.stringify(query))
        return Promise.resolve({ entries: [], next: null })
      },
      find: (id) => {
        log.push(id)
        return Promise.resolve(null)
      },
      trace: (id) => {
        log.push(`trace of ${id}`)
        return Promise.resolve(null)
      },
      aggregate: (query) => {
        log.push(JSON.stringify(query))
        return Promise.resolve([])
      },
    },
    health: () => Promise.resolve({ status: 'up', checkedAt: '', components: [] }),
    metrics: () => Promise.resolve('aicc_info 1\n'),
    usage: {
      timeZone: () => 'Europe/Berlin',
      report: (query) => {
        log.push(JSON.stringify(query))
        return Promise.resolve({ by: query.by, since: '', until: '', keptSince: '', rows: [], budgets: [] })
      },
    },
    log: (level, line) => log.push(`${level}: ${line}`),
  })
}

const app = appWith({ kind: 'reloaded', digest: 'd1', how: 'swapped' })

describe('admin app', () => {
  it.each([
    { name: 'no token', headers: { authorization: '' }, status: 401, code: 'missing_api_key' },
    {
      name: 'another scheme',
      headers: { authorization: 'Basic eDp5' },
      status: 401,
      code: 'missing_api_key',
    },
    {
      name: 'a wrong token',
      headers: { authorization: 'Bearer the-admin-tokem' },
      status: 403,
      code: 'invalid_api_key',
    },
    {
      name: 'a prefix',
      headers: { authorization: 'Bearer the-admin' },
      status: 403,
      code: 'invalid_api_key',
    },
    { name: 'a foreign host', headers: { host: 'evil.example' }, status: 421, code: 'unknown_host' },
    {
      name: 'a host that only begins so',
      headers: { host: '127.0.0.1.evil.example' },
      status: 421,
      code: 'unknown_host',
    },
    { name: 'a host with a path', headers: { host: 'localhost/x' }, status: 421, code: 'unknown_host' },
  ])('refuses $name', async ({ headers, status, code }) => {
    const response = await app.request('/admin/status', { headers: { ...HEADERS, ...headers } })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { code, message: expect.any(String) as unknown } })
  })

  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:8444', '[::1]:8444'])(
    'answers to host %s',
    async (host) => {
      const response = await app.request('/admin/status', { headers: { ...HEADERS, host } })
      expect(await response.json()).toEqual({ version: '1.2.3' })
    },
  )

  it.each([
    { name: 'an unknown route', method: 'GET', path: '/admin/other', status: 404, allow: null },
    { name: 'GET for a reload', method: 'GET', path: '/admin/reload', status: 405, allow: 'POST' },
    { name: 'PUT for all modes', method: 'PUT', path: '/admin/modes', status: 405, allow: 'GET' },
    { name: 'POST for a mode', method: 'POST', path: '/admin/modes/gaming', status: 405, allow: 'GET, PUT' },
    { name: 'POST for all alerts', method: 'POST', path: '/admin/alerts', status: 405, allow: 'GET' },
    { name: 'GET for a test', method: 'GET', path: '/admin/alerts/known/test', status: 405, allow: 'POST' },
    {
      name: 'a test of nothing',
      method: 'POST',
      path: '/admin/alerts/nobody/test',
      status: 404,
      allow: null,
    },
    { name: 'POST for the status', method: 'POST', path: '/admin/status', status: 405, allow: 'GET' },
  ])('answers $name with $status', async ({ method, path, status, allow }) => {
    const response = await app.request(path, { method, headers: HEADERS })
    expect([response.status, response.headers.get('allow')]).toEqual([status, allow])
  })

  it('tells its metrics to whoever shows the token', async () => {
    const response = await app.request('/metrics', { headers: HEADERS })
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await response.text()).toBe('aicc_info 1\n')
    expect((await app.request('/metrics', { headers: { host: 'localhost' } })).status).toBe(401)
  })

  it('says how alerts stand, and what became of a test', async () => {
    const report = await app.request('/admin/alerts', { headers: HEADERS })
    expect(await report.json()).toEqual({ checkedAt: null, alerts: [], receivers: [] })
    const test = await app.request('/admin/alerts/known/test', { method: 'POST', headers: HEADERS })
    expect(await test.json()).toEqual({ results: [{ receiver: 'ops', problem: null }] })
  })

  it('hides unknown routes from who shows no token', async () => {
    expect((await app.request('/other', { headers: { host: 'localhost' } })).status).toBe(401)
  })

  it.each([
    { name: 'lists modes', path: '', body: undefined, status: 200, says: { modes: [GAMING] } },
    { name: 'shows a mode', path: '/gaming', body: undefined, status: 200, says: GAMING },
    { name: 'switches a mode', path: '/gaming', body: '{"on":true}', status: 200, says: GAMING },
    {
      name: 'knows no other mode',
      path: '/gamin',
      body: '{"on":true}',
      status: 404,
      says: { error: { code: 'not_found', message: 'there is no mode `gamin`: not gamin' } },
    },
    ...['', 'on', 'null', '{"on":"yes"}', '{}'].map((body) => ({
      name: `refuses ${JSON.stringify(body)}`,
      path: '/gaming',
      body,
      status: 400,
      says: { error: { code: 'invalid_field', param: 'on' } },
    })),
  ])('$name', async ({ path, body, status, says }) => {
    const method = body === undefined ? 'GET' : 'PUT'
    const before = log.length
    const response = await app.request(`/admin/modes${path}`, {
      method,
      headers: HEADERS,
      body: body ?? null,
    })
    expect([response.status, await response.json()]).toMatchObject([status, says])
    expect(log.slice(before)).toEqual(method === 'PUT' && status === 200 ? ['switch gaming true'] : [])
  })

  it.each([
    { name: 'gives the report', method: 'GET', body: null, status: 200, said: [] },
    { name: 'ends it', method: 'DELETE', body: null, status: 204, said: ['shadow none'] },
    {
      name: 'takes a candidate',
      method: 'PUT',
      body: { table: CANDIDATE },
      status: 204,
      said: [`shadow ${CANDIDATE.digest}`],
    },
    { name: 'refuses no table', method: 'PUT', body: {}, status: 400, said: [] },
    {
      name: 'refuses a table of another make',
      method: 'PUT',
      body: { table: { ...CANDIDATE, zones: [] } },
      status: 400,
      said: [],
    },
    { name: 'refuses POST', method: 'POST', body: null, status: 405, said: [] },
  ])('shadow: $name', async ({ method, body, status, said }) => {
    const before = log.length
    const sent = body && JSON.stringify(body)
    const response = await app.request('/admin/shadow', { method, headers: HEADERS, body: sent })
    expect(response.status).toBe(status)
    expect(log.slice(before)).toEqual(said)
  })

  it('wants the token for modes too', async () => {
    const headers = { host: 'localhost' }
    expect((await app.request('/admin/modes', { headers })).status).toBe(401)
    expect(
      (await app.request('/admin/modes/gaming', { method: 'PUT', body: '{"on":true}', headers })).status,
    ).toBe(401)
  })

  it('says how a reload went in', async () => {
    const response = await app.request('/admin/reload', { method: 'POST', headers: HEADERS })
    expect([response.status, await response.json()]).toEqual([200, { digest: 'd1', how: 'swapped' }])
  })

  it('gives the diagnostics of a reload that failed', async () => {
    const failing = appWith({
      kind: 'failed',
      fault: 'policy',
      diagnostics: [{ code: 'x' }],
      rendered: 'error[x]',
    })
    const response = await failing.request('/admin/reload', { method: 'POST', headers: HEADERS })
    const body = { diagnostics: [{ code: 'x' }], rendered: 'error[x]' }
    expect([response.status, await response.json()]).toEqual([409, body])
  })

  it('tells the log of an exception, and the caller nothing', async () => {
    const response = await appWith(new Error('secret')).request('/admin/reload', {
      method: 'POST',
      headers: HEADERS,
    })
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
    expect(log.join()).toContain('secret')
  })
})

describe('usage', () => {
  const ask = async (query: string): Promise<[number, Record<string, unknown>]> => {
    log.length = 0
    const response = await app.request(`/admin/usage${query}`, { headers: HEADERS })
    return [response.status, JSON.parse(log[0] ?? '{}') as Record<string, unknown>]
  }

  it('is asked by client for the last day unless told otherwise', async () => {
    const [status, query] = await ask('')
    expect([status, query['by'], query['client'], query['timeZone']]).toEqual([
      200,
      'client',
      null,
      'Europe/Berlin',
    ])
    expect(Number(query['until']) - Number(query['since'])).toBe(24 * 3_600_000 + 1)
  })

  it('takes group, client and moments in the time zone of the policy', async () => {
    const [, query] = await ask('?by=day&client=crew&since=2026-11-20&until=2026-11-21T00:00Z')
    expect(query).toEqual({
      by: 'day',
      client: 'crew',
      since: Date.UTC(2026, 10, 19, 23),
      until: Date.UTC(2026, 10, 21),
      timeZone: 'Europe/Berlin',
    })
  })

  it.each(['?by=planet', '?since=yesterday', '?until=2026-02-30'])('refuses %s', async (query) => {
    expect(await ask(query)).toEqual([400, {}])
  })

  it('is only looked at', async () => {
    const response = await app.request('/admin/usage', { method: 'DELETE', headers: HEADERS })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
  })
})

describe('requests', () => {
  const ask = async (path: string): Promise<[number, Record<string, unknown> | null]> => {
    log.length = 0
    const response = await app.request(`/admin${path}`, { headers: HEADERS })
    return [response.status, log[0] === undefined ? null : (JSON.parse(log[0]) as Record<string, unknown>)]
  }

  it('are asked with what the query says', async () => {
    const query =
      'client=crew&model=fast&backend=gpu&rule=main/else&variant=fast&status=4xx&failed=true&before=17&limit=3'
    expect(await ask(`/requests?${query}&since=2026-11-20T00:00Z&until=2026-11-21T00:00Z`)).toEqual([
      200,
      {
        filter: {
          client: 'crew',
          model: 'fast',
          backend: 'gpu',
          rule: 'main/else',
          variant: 'fast',
          status: 4,
          failed: true,
          since: Date.UTC(2026, 10, 20),
          until: Date.UTC(2026, 10, 21),
        },
        before: 17,
        limit: 3,
      },
    ])
  })

  it('are the newest fifty unless told otherwise', async () => {
    const none = {
      client: null,
      model: null,
      backend: null,
      rule: null,
      variant: null,
      status: null,
      failed: null,
    }
    expect(await ask('/requests')).toEqual([
      200,
      { filter: { ...none, since: null, until: null }, before: null, limit: 50 },
    ])
  })

  it.each([
    '/requests?status=9xx',
    '/requests?status=42',
    '/requests?limit=0',
    '/requests?limit=1001',
    '/requests?before=-1',
    '/requests?failed=maybe',
    '/requests?since=then',
    '/aggregates?by=planet',
    '/aggregates?step=0.5',
    '/aggregates?step=1&since=30d',
  ])('%s is refused', async (path) => {
    expect(await ask(path)).toEqual([400, null])
  })

  it('are summed up over the last day unless told otherwise', async () => {
    const [status, query] = await ask('/aggregates?by=model&step=60')
    const { since, until } = (query?.['filter'] ?? {}) as { since: number; until: number }
    expect([status, query?.['by'], query?.['step'], until - since]).toEqual([
      200,
      'model',
      60_000,
      24 * 3_600_000 + 1,
    ])
  })

  it('that are not known are not found', async () => {
    const response = await app.request('/admin/requests/some%2Fid', { headers: HEADERS })
    expect([response.status, log.at(-1)]).toEqual([404, 'some/id'])
    const trace = await app.request('/admin/requests/some%2Fid/trace', { headers: HEADERS })
    expect([trace.status, log.at(-1)]).toEqual([404, 'trace of some/id'])
  })

  it.each(['/requests', '/requests/x', '/requests/x/trace', '/aggregates'])(
    '%s is only looked at',
    async (path) => {
      const response = await app.request(`/admin${path}`, { method: 'DELETE', headers: HEADERS })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
    },
  )
})
