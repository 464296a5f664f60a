/** Nothing that a client or a backend says chooses where a request goes, and secrets stay on their side. */
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completion, json, wholeStream } from '../upstream/reply.ts'
import { askOf, streamOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import { UPSTREAM_KEY } from './harness/policies.ts'

/** Everything that a request to a backend may carry. */
const OUTBOUND = new Set([
  'host',
  'connection',
  'content-type',
  'content-length',
  'transfer-encoding',
  'accept',
  'accept-encoding',
  'authorization',
  'user-agent',
  'x-correlation-id',
])
/** Undici adds these on Node; they say nothing of the client. */
const FETCH_DEFAULTS = new Set(['accept-language', 'sec-fetch-mode'])

/** Everything that an answer to a client may carry. */
const INBOUND = new Set([
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'retry-after',
  'transfer-encoding',
  'vary',
  'x-accel-buffering',
  'x-aicc-attempts',
  'x-aicc-backend',
  'x-aicc-digest',
  'x-aicc-model',
  'x-aicc-overhead',
  'x-correlation-id',
])

const FIELDS = [
  'api_base',
  'api_key',
  'api_type',
  'api_version',
  'base_url',
  'organization',
  'custom_llm_provider',
  'extra_headers',
  'extra_body',
  'extra_query',
  'default_headers',
  'headers',
  'proxy',
  'provider',
  'fallbacks',
  'disable_fallbacks',
  'num_retries',
  'max_retries',
  'user_config',
  'model_list',
  'router_settings',
  'context_window_fallback_dict',
  'mock_response',
  'mock_testing_fallbacks',
  'mock_timeout',
  'litellm_params',
  'litellm_metadata',
  'deployment_id',
  'no-log',
  'aws_access_key_id',
  'aws_secret_access_key',
  'vertex_credentials',
  'azure_ad_token',
  'aws_bedrock_runtime_endpoint',
  'azure_endpoint',
  'vertex_project',
  'langfuse_host',
  'specific_deployment',
  'callbacks',
]

const options = {
  models: {
    plain: {},
    addresses: {},
    fields: {},
    steered: {},
    redirect: {},
    hidden: {},
    leaky: {},
    lite: { on: ['litellm' as const] },
  },
}

describeRuntimes(options, (bench) => {
  let canary: Server
  let target = ''
  let visits = 0

  beforeAll(async () => {
    canary = createServer((socket) => {
      visits += 1
      socket.destroy()
    })
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
    target = `127.0.0.1:${(canary.address() as AddressInfo).port}`
  })
  afterAll(() => {
    canary.close()
    expect(visits, 'connections to the canary').toBe(0)
  })

  describe('a body field', () => {
    it.each(FIELDS)('%s is refused and leads nowhere', async (field) => {
      for (const value of [`http://${target}/v1`, { url: `http://${target}` }, null]) {
        const answer = await bench.client.chat(askOf('fields', { [field]: value }))
        expect([answer.status, answer.error()]).toEqual([
          400,
          expect.objectContaining({ code: 'field_not_allowed', param: field }),
        ])
      }
      expect(bench.upstream.requestsFor('mock/fields')).toEqual([])
      expect(visits).toBe(0)
    })

    it('with an escaped name is refused alike', async () => {
      const answer = await bench.client.chat(`{"model":"fields","api\\u005fbase":"http://${target}"}`)
      expect(answer.error().code).toBe('field_not_allowed')
    })

    it('that holds a URL is passed on and never fetched', async () => {
      const content = [
        { type: 'image_url', image_url: { url: 'https://example.com/x.png' } },
        { type: 'file', file: { file_url: 'http://example.com/x.pdf' } },
      ]
      const answer = await bench.client.chat({ model: 'plain', messages: [{ role: 'user', content }] })
      expect(answer.status).toBe(200)
      expect(visits).toBe(0)
    })

    it.each<[string, string, (url: string) => object]>([
      [
        '/v1/chat/completions',
        'messages[0].content[0].image_url.url',
        (url) => ({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] }),
      ],
      [
        '/v1/responses',
        'input[0].content[0].image_url',
        (url) => ({ input: [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }] }),
      ],
      [
        '/v1/messages',
        'messages[0].content[0].source.url',
        (url) => ({
          max_tokens: 9,
          messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url } }] }],
        }),
      ],
    ])('of %s never leads a backend into its own network, or to its files', async (path, field, holding) => {
      for (const url of [
        `http://${target}/x.png`,
        'http://169.254.169.254/latest/meta-data/',
        'http://①②⑦.1/',
        'file:///etc/passwd',
      ]) {
        const answer = await bench.client.call({ path, body: { model: 'addresses', ...holding(url) } })
        expect(answer.status, url).toBe(400)
        const { error } = answer.json() as { error: { message: string; code?: string } }
        if (path === '/v1/messages') expect(error).toMatchObject({ type: 'invalid_request_error' })
        else expect(error).toMatchObject({ code: 'file_url_not_allowed', param: field })
        expect(error.message).toContain(field)
      }
      expect(bench.upstream.requestsFor('mock/addresses')).toEqual([])
      expect(visits).toBe(0)
    })
  })

  describe('a client header', () => {
    const STEERING = (host: string): Record<string, string> => ({
      'x-portkey-custom-host': `http://${host}/v1`,
      'x-portkey-provider': 'openai',
      'x-portkey-config': JSON.stringify({ custom_host: `http://${host}` }),
      'x-litellm-api-base': `http://${host}`,
      'x-litellm-api-key': 'canary-header-key',
      'x-litellm-num-retries': '9',
      'x-forwarded-host': host,
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'http',
      'x-original-url': `http://${host}/`,
      'x-rewrite-url': '/v1/models',
      'x-http-method-override': 'DELETE',
      'x-host': host,
      'x-api-base': `http://${host}`,
      'x-api-key': 'canary-header-key',
      'x-base-url': `http://${host}`,
      'x-upstream': host,
      'x-aicc-backend': 'second',
      'x-aicc-model': 'hidden',
      'x-target-url': `http://${host}`,
      forwarded: `for=1.2.3.4;host=${host}`,
      via: '1.1 evil',
      'openai-organization': 'canary-organization',
      'openai-beta': 'assistants=v2',
      referer: `http://${host}/`,
      traceparent: 'x',
      'proxy-authorization': 'Basic Y2FuYXJ5OmNhbmFyeQ==',
      'cf-connecting-ip': '1.2.3.4',
    })

    it.each(['loopback', '127.1:80', '0x7f000001', '[::ffff:127.0.0.1]:80', '169.254.169.254', 'localhost'])(
      'cannot name an upstream (%s), whatever it is called',
      async (name) => {
        const host = name === 'loopback' ? target : name
        const before = bench.upstream.requestsFor('mock/steered').length
        const answer = await bench.client.chat(askOf('steered'), { headers: STEERING(host) })
        expect(answer.status).toBe(200)
        const seen = bench.upstream.requestsFor('mock/steered')
        expect(seen).toHaveLength(before + 1)
        expect(visits).toBe(0)
      },
    )

    it('never reaches the backend', async () => {
      const cookie = 'session=canary-cookie'
      const headers = {
        ...STEERING(target),
        cookie,
        'user-agent': 'canary-agent',
        'x-custom': 'canary-custom',
      }
      await bench.client.chat(askOf('plain'), { headers })
      const seen = bench.upstream.requestsFor('mock/plain').at(-1)
      const names = Object.keys(seen?.headers ?? {}).filter((name) => !FETCH_DEFAULTS.has(name))
      expect(names.filter((name) => !OUTBOUND.has(name))).toEqual([])
      expect(JSON.stringify(seen?.rawHeaders)).not.toMatch(/canary-(?!upstream)/)
      expect(JSON.stringify(seen?.rawHeaders)).not.toContain(bench.gateway.clientKey)
      expect(seen?.headers.host).toBe(`127.0.0.1:${bench.upstream.port}`)
    })
  })

  describe("a backend's key", () => {
    it('goes to the backends that the policy gives one, and to no other', async () => {
      await bench.client.chat(askOf('plain'))
      expect(bench.upstream.requestsFor('mock/plain').at(-1)?.headers.authorization).toBe(
        `Bearer ${UPSTREAM_KEY}`,
      )
      await bench.client.chat(askOf('lite'))
      expect(bench.upstream.requestsFor('litellm/lite').at(-1)?.headers.authorization).toBe(
        `Bearer ${UPSTREAM_KEY}`,
      )
    })

    it('is shown neither to clients nor in the log', async () => {
      for (const status of [401, 403, 500]) {
        bench.upstream.reply(
          'mock/leaky',
          json(status, { error: { message: `your key ${UPSTREAM_KEY} is bad` } }),
        )
        const answer = await bench.client.chat(askOf('leaky'))
        expect(answer.status).toBe(502)
        if (status < 500) expect(answer.text).not.toContain(UPSTREAM_KEY)
      }
      expect(bench.gateway.output()).not.toContain(UPSTREAM_KEY)
      expect(bench.gateway.output()).not.toContain(bench.gateway.clientKey)
    })
  })

  it.each([301, 302, 303, 307, 308])('a redirect (%i) of a backend is not followed', async (status) => {
    const before = bench.upstream.requests.length
    bench.upstream.reply('mock/redirect', [{ head: status, headers: { location: `http://${target}/v1` } }])
    for (const body of [askOf('redirect'), streamOf('redirect')]) {
      const answer = await bench.client.chat(body)
      expect([answer.status, answer.error().code]).toEqual([502, 'upstream_error'])
      expect(answer.headers.location).toBeUndefined()
      expect(answer.text).not.toContain(target)
    }
    expect(bench.upstream.requests.length).toBe(before + 2)
    expect(visits).toBe(0)
  })

  it("a backend's headers stay behind but for the few that clients need", async () => {
    const headers = {
      'set-cookie': ['session=canary; Path=/', 'b=canary'],
      server: 'canary-server',
      'x-powered-by': 'canary',
      'www-authenticate': 'Bearer realm="canary"',
      'proxy-authenticate': 'Basic',
      authorization: 'Bearer canary',
      'x-api-key': 'canary',
      'openai-organization': 'canary-organization',
      'x-litellm-model-api-base': 'http://canary.internal',
      'x-litellm-key-spend': '1',
      'llm_provider-x-request-id': 'canary',
      'access-control-allow-origin': '*',
      'strict-transport-security': 'max-age=1',
      'alt-svc': 'h3=":443"',
      location: 'http://canary',
      link: '<http://canary>; rel=preload',
      'clear-site-data': '"*"',
      'content-security-policy': 'x',
      'x-correlation-id': 'canary-id',
    }
    for (const [body, reply, type] of [
      [askOf('hidden'), completion('ok'), 'application/json'],
      [streamOf('hidden'), [{ send: wholeStream(['a']) }], 'text/event-stream'],
    ] as const) {
      bench.upstream.reply('mock/hidden', [
        { head: 200, headers: { ...headers, 'content-type': type } },
        ...reply.filter((step) => !('head' in step)),
      ])
      const answer = await bench.client.chat(body)
      expect(answer.status).toBe(200)
      expect(Object.keys(answer.headers).filter((name) => !INBOUND.has(name))).toEqual([])
      expect(JSON.stringify(answer.headers)).not.toContain('canary')
    }
  })
})
