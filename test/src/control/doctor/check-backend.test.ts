import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ensureServerCertificate } from '../../../../src/control/certificate-authority.ts'
import { checkBackend } from '../../../../src/control/doctor/check-backend.ts'
import { openStateFolder } from '../../../../src/control/state-folder.ts'
import type { Backend, BackendKind } from '../../../../src/table/route-table.ts'

/** Path → JSON to answer with; a number is a status without a body, a Failure one with. */
type Answers = Record<string, unknown>

class Failure {
  readonly status: number
  readonly body: unknown

  constructor(status: number, body: unknown) {
    this.status = status
    this.body = body
  }
}

interface Server {
  origin: string
  seen: { path: string; authorization: string | undefined; body: string }[]
}

async function serve(answers: Answers, secure: https.ServerOptions | null = null): Promise<Server> {
  const seen: Server['seen'] = []
  const listener: http.RequestListener = async (request, response) => {
    const path = request.url ?? ''
    const body = (await request.toArray()).join('')
    seen.push({ path, authorization: request.headers.authorization, body })
    const answer = answers[path] ?? 404
    if (typeof answer === 'number') response.writeHead(answer, { location: '/v1/elsewhere' }).end()
    else if (answer instanceof Failure) response.writeHead(answer.status).end(JSON.stringify(answer.body))
    else response.end(JSON.stringify(answer))
  }
  const server = secure ? https.createServer(secure, listener) : http.createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    origin: `${secure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
  }
}

function backendAt(origin: string | null, kind: BackendKind, changes: Partial<Backend> = {}): Backend {
  const models = { m: { id: 'served', context: 8192 } }
  return {
    kind,
    origin,
    basePath: '/v1',
    key: null,
    tls: null,
    health: null,
    limits: null,
    slots: null,
    wake: null,
    models,
    ...changes,
  }
}

async function verdicts(backend: Backend, environment: Record<string, string> = {}): Promise<string[]> {
  const findings = await checkBackend('b', backend, environment)
  return findings.map(({ check, verdict, message }) => `${verdict} ${check}: ${message}`)
}

const list = (...data: unknown[]): unknown => ({ object: 'list', data })

describe('checkBackend', () => {
  it.each([
    {
      case: 'a model with an agreeing context',
      data: [{ id: 'served', max_model_len: 8192 }],
      last: 'ok models: model `m`: serves `served`, context 8192',
    },
    {
      case: 'a model without a word on context',
      data: [{ id: 'served' }],
      last: 'ok models: model `m`: serves `served`',
    },
    {
      case: 'a smaller context there',
      data: [{ id: 'served', max_model_len: 4096 }],
      last: 'fail context: model `m`: context is 8192 here and 4096 there',
    },
    {
      case: 'a larger context there',
      data: [{ id: 'served', max_model_len: 32768 }],
      last: 'warn context: model `m`: context is 8192 here and 32768 there',
    },
    {
      case: 'the context of llama.cpp',
      data: [{ id: 'served', meta: { n_ctx: 4096 } }],
      last: 'fail context: model `m`: context is 8192 here and 4096 there',
    },
    {
      case: 'a model that is not there',
      data: [{ id: 'other' }],
      last: 'fail models: model `m`: it does not serve `served`',
    },
    {
      case: 'garbage in the list',
      data: [null, 3, { id: 7 }],
      last: 'fail models: model `m`: it does not serve `served`',
    },
  ])('judges $case', async ({ data, last }) => {
    const { origin } = await serve({ '/v1/models': list(...data) })
    expect(await verdicts(backendAt(origin, 'openai'))).toEqual([`ok reachable: ${origin} answers`, last])
  })

  it.each([
    { answer: { id: 'served-20260101' }, last: 'ok models: model `m`: serves `served`' },
    {
      answer: { id: 'served-20260101', max_input_tokens: 4096 },
      last: 'fail context: model `m`: context is 8192 here and 4096 there',
    },
    { answer: 404, last: 'fail models: model `m`: it does not know `served` (404)' },
  ])('asks Anthropic for each model by itself, for its list has pages: $last', async ({ answer, last }) => {
    const { origin } = await serve({ '/v1/models': list({ id: 'other' }), '/v1/models/served': answer })
    expect(await verdicts(backendAt(origin, 'anthropic'))).toEqual([`ok reachable: ${origin} answers`, last])
  })

  it('names what is served where a model is missing', async () => {
    const { origin } = await serve({ '/v1/models': list({ id: 'a' }, { id: 'b' }) })
    const findings = await checkBackend('b', backendAt(origin, 'openai'), {})
    expect(findings.at(-1)?.help).toBe('it serves a, b')
  })

  it('reports a backend that is not there', async () => {
    const findings = await verdicts(backendAt('http://127.0.0.1:59999', 'openai'))
    expect(findings).toEqual([
      expect.stringMatching(/^fail reachable: .*59999 does not answer: .*ECONNREFUSED/),
    ])
  })

  it.each([
    { status: 401, says: 'fail key: it refuses our key (401 on GET /v1/models)' },
    { status: 404, says: 'fail models: GET /v1/models is answered with 404' },
    { status: 302, says: 'fail models: GET /v1/models is answered with 302' },
  ])('reports status $status and follows no redirect', async ({ status, says }) => {
    const { origin, seen } = await serve({ '/v1/models': status })
    expect((await verdicts(backendAt(origin, 'openai'))).at(-1)).toBe(says)
    expect(seen).toHaveLength(1)
  })

  it('shows the key, or says which variable is unset without asking', async () => {
    const { origin, seen } = await serve({ '/v1/models': list({ id: 'served' }) })
    const backend = backendAt(origin, 'openai', { key: { env: 'GPU_KEY' } })
    expect(await verdicts(backend)).toEqual(['fail key: environment variable GPU_KEY is not set'])
    expect(seen).toEqual([])
    await verdicts(backend, { GPU_KEY: 'k' })
    expect(seen[0]?.authorization).toBe('Bearer k')
  })

  it('trusts the CA of the policy and no other', async () => {
    const state = await openStateFolder(await mkdtemp(join(tmpdir(), 'aicc-doctor-')))
    onTestFinished(() => rm(state.dir, { recursive: true }))
    const { chain, key } = await ensureServerCertificate(state, ['gpu.lan'])
    const { origin } = await serve({ '/v1/models': list({ id: 'served' }) }, { cert: chain, key })
    const ca = await readFile(state.caCertificate, 'utf8')
    const judge = (tls: Backend['tls']): Promise<string[]> => verdicts(backendAt(origin, 'openai', { tls }))
    expect((await judge({ ca, serverName: 'gpu.lan' }))[0]).toMatch(/^ok reachable/)
    expect((await judge({ ca, serverName: 'other.lan' }))[0]).toMatch(/^fail reachable/)
    expect((await judge({ ca: null, serverName: 'gpu.lan' }))[0]).toMatch(/^fail reachable/)
  })

  it('asks Ollama for the context of each model, and knows `:latest`', async () => {
    const { origin, seen } = await serve({
      '/v1/models': list({ id: 'served:latest' }),
      '/api/show': { model_info: { 'general.architecture': 'x', 'x.context_length': 2048 } },
    })
    const findings = await verdicts(backendAt(origin, 'ollama'))
    expect(findings.at(-1)).toBe('fail context: model `m`: context is 8192 here and 2048 there')
    expect(seen.at(-1)).toMatchObject({ path: '/api/show', body: '{"model":"served"}' })
  })

  it('needs no server for the demo', async () => {
    expect(await verdicts(backendAt(null, 'demo'))).toEqual(['ok reachable: built in'])
  })
})

describe('checkBackend of LiteLLM', () => {
  const readiness = { status: 'connected', litellm_version: '1.99.0', success_callbacks: [] as string[] }
  // As LiteLLM 1.106.0 has them where nothing is configured.
  const OWN = {
    success: ['sync_deployment_callback_on_success', 'deployment_callback_on_success'],
    failure: ['async_deployment_callback_on_failure', 'deployment_callback_on_failure'],
    success_and_failure: [
      'ResponsesIDSecurity',
      '_PROXY_CacheControlCheck',
      'SkillsInjectionHook',
      '_PROXY_SensitiveDataRoutingHandler',
      'PromptCacheObserver',
      'ServiceLogging',
    ],
  }

  it.each([
    {
      case: 'a proxy that keeps to itself',
      answers: { '/get/config/callbacks': { router_settings: { num_retries: 0, fallbacks: [] } } },
      callbacks: ['_PROXY_MaxBudgetLimiter', 'sync_deployment_callback_on_success'],
      says: [
        'ok ready: LiteLLM 1.99.0 is ready',
        'ok callbacks: LiteLLM reports no callbacks that send traffic elsewhere',
        'ok fallbacks: LiteLLM has no fallbacks of its own',
      ],
    },
    {
      case: 'callbacks and fallbacks of its own',
      answers: {
        '/get/config/callbacks': {
          router_settings: { fallbacks: [{ a: ['b'] }], context_window_fallbacks: [{ a: ['c'] }] },
        },
      },
      callbacks: ['_PROXY_MaxBudgetLimiter', 'langfuse', 'MyLogger'],
      says: [
        'ok ready: LiteLLM 1.99.0 is ready',
        'warn traces: LiteLLM traces to Langfuse by itself: langfuse',
        'warn callbacks: LiteLLM has callbacks: MyLogger',
        'warn fallbacks: LiteLLM has fallbacks and context_window_fallbacks of its own',
      ],
    },
    {
      case: 'a key that may not look',
      answers: { '/callbacks/list': 403, '/get/config/callbacks': 403 },
      callbacks: [],
      says: [
        'ok ready: LiteLLM 1.99.0 is ready',
        'warn callbacks: LiteLLM shows only some of its callbacks to this key',
        'warn fallbacks: LiteLLM does not show its router settings to this key',
      ],
    },
  ])('judges $case', async ({ answers, callbacks, says }) => {
    const { origin, seen } = await serve({
      '/v1/models': list({ id: 'served' }),
      '/v1/model/info': { data: [{ model_name: 'served', model_info: { max_input_tokens: 8192 } }] },
      '/health/readiness': { ...readiness, success_callbacks: callbacks },
      '/callbacks/list': OWN,
      ...answers,
    })
    const findings = await verdicts(backendAt(origin, 'litellm'))
    expect(findings.slice(1)).toEqual(['ok models: model `m`: serves `served`, context 8192', ...says])
    // It would call every model.
    expect(seen.map(({ path }) => path)).not.toContain('/health')
  })

  it('asks with the key where the open probe is short, as in newer versions', async () => {
    const { origin } = await serve({
      '/v1/models': list({ id: 'served' }),
      '/health/readiness': { status: 'healthy', db: 'Not connected' },
      '/health/readiness/details': {
        ...readiness,
        // As LiteLLM 1.106.0 lists them with one callback configured.
        success_callbacks: [
          'langfuse',
          'sync_deployment_callback_on_success',
          '_PROXY_MaxParallelRequestsHandler_v3',
          'ResponsesIDSecurity',
          'SkillsInjectionHook',
          'PromptCacheObserver',
          'ServiceLogging',
        ],
      },
    })
    const findings = await verdicts(backendAt(origin, 'litellm'))
    expect(findings).toContain('ok ready: LiteLLM 1.99.0 is ready')
    expect(findings).toContain('warn traces: LiteLLM traces to Langfuse by itself: langfuse')
  })

  const none = 'LiteLLM has no callback for Langfuse, but `traces: joined` says so'
  const apart = 'LiteLLM traces to Langfuse by itself'
  const joined = 'LiteLLM traces to Langfuse, as `traces: joined` says'
  // Its probe names the callbacks of `callbacks` by none of these names, nor at all.
  it.each([
    { case: 'langfuse', more: ['langfuse'], joins: false, says: `warn traces: ${apart}: langfuse` },
    {
      case: 'langfuse_otel',
      more: ['langfuse_otel'],
      joins: false,
      says: `warn traces: ${apart}: langfuse_otel`,
    },
    {
      case: 'langfuse_otel, version 2',
      more: ['langfuse_otel', 'OpenTelemetryV2'],
      joins: false,
      says: `warn traces: ${apart}: langfuse_otel`,
    },
    {
      case: 'langfuse_otel that is wanted',
      more: ['OpenTelemetryV2', 'langfuse_otel'],
      joins: true,
      says: `ok traces: ${joined}: langfuse_otel`,
    },
    { case: 'none though one is wanted', more: [], joins: true, says: `warn traces: ${none}` },
  ])('looks whether it traces to Langfuse: $case', async ({ more, joins, says }) => {
    const { origin } = await serve({
      '/v1/models': list({ id: 'served' }),
      '/health/readiness': readiness,
      '/callbacks/list': { ...OWN, success_and_failure: [...OWN.success_and_failure, ...more] },
    })
    const backend = backendAt(origin, 'litellm', joins ? { joinsTraces: true } : {})
    const findings = await verdicts(backend)
    expect(findings.filter((one) => / traces:/.test(one))).toEqual([says])
    const others = more.length > 0 ? 'other callbacks' : 'callbacks'
    expect(findings).toContain(`ok callbacks: LiteLLM reports no ${others} that send traffic elsewhere`)
  })

  it('does not say that a callback is missing which it is not shown', async () => {
    const { origin } = await serve({ '/v1/models': list({ id: 'served' }), '/health/readiness': readiness })
    const findings = await verdicts(backendAt(origin, 'litellm', { joinsTraces: true }))
    expect(findings.filter((one) => / traces:/.test(one))).toEqual([])
  })

  it('does not take silence on callbacks for their absence', async () => {
    const { origin } = await serve({
      '/v1/models': list({ id: 'served' }),
      '/health/readiness': { status: 'healthy', db: 'Not connected' },
      '/health/readiness/details': 401,
    })
    const findings = await verdicts(backendAt(origin, 'litellm'))
    expect(findings).toContain('warn callbacks: LiteLLM does not show its callbacks to this key')
  })

  it.each([
    { probe: 503, says: 'fail ready: LiteLLM is not ready (503 on GET /health/readiness)' },
    {
      probe: new Failure(503, { status: 'healthy', db: 'disconnected' }),
      says: 'fail ready: LiteLLM is not ready (503 on GET /health/readiness), its database is disconnected',
    },
  ])('reports a proxy that is not ready', async ({ probe, says }) => {
    const { origin } = await serve({ '/v1/models': list({ id: 'served' }), '/health/readiness': probe })
    expect((await verdicts(backendAt(origin, 'litellm'))).at(-1)).toBe(says)
  })

  it('reports a proxy that serves without its database', async () => {
    const { origin } = await serve({
      '/v1/models': list({ id: 'served' }),
      '/health/readiness': { ...readiness, db: 'stalled' },
    })
    const findings = await verdicts(backendAt(origin, 'litellm'))
    expect(findings).toContain("warn database: LiteLLM's database is stalled")
    expect(findings).toContain('ok ready: LiteLLM 1.99.0 is ready')
  })

  it.each([
    { status: 400, says: 'it has no database' },
    { status: 503, says: 'it does not reach its database' },
  ])('knows $status without a database for what it is: $says', async ({ status, says }) => {
    const error = {
      message: 'No connected db.',
      type: 'no_db_connection',
      param: 'None',
      code: String(status),
    }
    const { origin } = await serve({ '/v1/models': new Failure(status, { error }) })
    expect(await verdicts(backendAt(origin, 'litellm'))).toContain(
      `fail key: it cannot look our key up (${status} on GET /v1/models): ${says}`,
    )
  })
})
