import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../../src/errors.ts'
import { responseHeaders, send } from '../../../../src/pipeline/forward/send.ts'
import { BackendUnreachable, StaleConnection } from '../../../../src/ports.ts'
import { controlledStream } from '../../controlled-stream.ts'
import { rejectionOf } from '../../error-of.ts'
import { makeBackend } from '../../make-snapshot.ts'
import type { Backend } from '../../scripted-ports.ts'
import { GPU, makeExchange, SPARE } from './make-exchange.ts'

const ok: Backend = () => new Response('{}')
const { signal } = new AbortController()

describe('send', () => {
  it('builds the request from the policy and the body alone', async () => {
    const body = '{ "messages" : [1e400, "\\u00e9"],\n"model":"gpt-4", "x_unknown": {"a":[ ]} }'
    const exchange = makeExchange(
      { gpu: ok },
      { body, backendKeys: { gpu: 'sk-backend', spare: 'sk-spare' } },
    )
    await send(exchange, GPU, signal)
    const [call] = exchange.ports.calls
    expect(call).toMatchObject({
      backend: 'gpu',
      request: {
        method: 'POST',
        origin: 'http://gpu.test:8000',
        path: '/v1/chat/completions',
        body: body.replace('gpt-4', 'qwen3-coder'),
        connectTimeoutMs: 3000,
      },
    })
    expect(call?.request.signal).toBe(signal)
    expect(call?.request.headers).toEqual({
      authorization: 'Bearer sk-backend',
      'content-type': 'application/json',
      'x-correlation-id': 'test-1',
    })
  })

  it.each([
    { surface: 'chat', path: '/v1/chat/completions' },
    { surface: 'completions', path: '/v1/completions' },
    { surface: 'embeddings', path: '/v1/embeddings' },
  ] as const)('$surface goes to $path', async ({ surface, path }) => {
    const exchange = makeExchange({ gpu: ok }, { surface })
    await send(exchange, GPU, signal)
    expect(exchange.ports.calls[0]?.request.path).toBe(path)
  })

  it.each([
    { kind: 'litellm', metadata: {} },
    { kind: 'openai', metadata: { tags: ['x'] } },
  ] as const)('lets $kind read $metadata of the metadata', async ({ kind, metadata }) => {
    const table = { backends: { gpu: makeBackend({ kind }) } }
    const body = '{"metadata":{"tags":["x"]},"model":"safe","user":"u"}'
    const exchange = makeExchange({ gpu: ok }, { table, body })
    await send(exchange, GPU, signal)
    const sent: unknown = JSON.parse(exchange.ports.calls[0]?.request.body ?? '')
    expect(sent).toMatchObject({ user: 'u', metadata })
    expect((sent as { metadata: unknown }).metadata).toEqual(metadata)
  })

  it.each([
    { sent: {}, gets: { 'anthropic-version': '2023-06-01' } },
    {
      sent: { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'context-1m-2025-08-07' },
      gets: { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'context-1m-2025-08-07' },
    },
    {
      sent: {
        'anthropic-beta':
          'oauth-2025-04-20,claude-code-20250219, mcp-client-2025-11-20,my secret,x-2025-01-01',
      },
      gets: { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'claude-code-20250219,x-2025-01-01' },
    },
    {
      sent: { 'anthropic-version': 'alice@example.org', 'anthropic-beta': 'files-api-2025-04-14' },
      gets: { 'anthropic-version': '2023-06-01' },
    },
    {
      // The client speaks something else: its headers say nothing of what the translation makes.
      surface: 'chat',
      sent: { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'context-1m-2025-08-07' },
      gets: { 'anthropic-version': '2023-06-01' },
    },
  ] as const)('hands on of $sent what Anthropic may know', async ({ sent, gets, ...asked }) => {
    const { surface = 'messages' } = asked
    const exchange = makeExchange(
      { gpu: ok },
      {
        surface,
        body: '{"model":"safe","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}',
        table: { backends: { gpu: makeBackend({ kind: 'anthropic' }) } },
        backendKeys: { gpu: 'sk-ant-1' },
        header: (name) => (sent as Record<string, string>)[name] ?? null,
      },
    )
    await send(exchange, GPU, signal)
    const { 'content-type': _, 'x-correlation-id': __, ...headers } = exchange.ports.calls[0]!.request.headers
    expect(headers).toEqual({ 'x-api-key': 'sk-ant-1', ...gets })
    expect(exchange.ports.calls[0]?.request.path).toBe('/v1/messages')
  })

  it.each([
    { name: 'a backend that keeps nothing', body: '{"model":"safe"}', says: { store: false }, lost: null },
    {
      name: 'one that keeps nothing',
      body: '{"model":"safe","store":true}',
      says: { store: false },
      lost: 'store',
    },
    { name: 'one that may', body: '{"model":"safe"}', keepsState: true, says: {}, lost: null },
    {
      name: 'one that may',
      body: '{"model":"safe","store":true}',
      keepsState: true,
      says: { store: true },
      lost: null,
    },
    {
      name: 'one that may, of what has a label',
      body: '{"model":"safe","store":true}',
      keepsState: true,
      labelled: true,
      says: { store: false },
      lost: 'store',
    },
  ])('tells $name of $body', async ({ body, says, lost, keepsState, labelled = false }) => {
    const backend = makeBackend(keepsState === true ? { keepsState } : {})
    const target = { ...GPU, speaks: ['responses' as const] }
    const exchange = makeExchange(
      { gpu: ok },
      { surface: 'responses', body, labelled, table: { backends: { gpu: backend } } },
    )
    const response = await send(exchange, target, signal)
    const { model: _, ...sent } = JSON.parse(exchange.ports.calls[0]?.request.body ?? '') as { model: string }
    expect(sent).toEqual(says)
    expect(responseHeaders(exchange, target, response)['x-aicc-lost'] ?? null).toBe(lost)
  })

  it('names what was lost in what a header can hold', () => {
    const exchange = makeExchange({ gpu: ok })
    exchange.journey.lost = ['top_k', 'messages[].x', 'é\r\nset-cookie: x', 'messages[].?', 'ключ']
    const headers = responseHeaders(exchange, GPU, new Response('{}'))
    expect(headers['x-aicc-lost']).toBe('top_k, messages[].x, set-cookiex, messages[].?, ?')
  })

  it('sends a changed body: values replaced, members added', async () => {
    const body = '{"model":"safe","seed":1, "x":[ ]}'
    const changes = { replaced: new Map([['seed', '2']]), added: '"top_k":3' }
    const exchange = makeExchange({ gpu: ok }, { body, changes })
    await send(exchange, GPU, signal)
    expect(exchange.ports.calls[0]?.request.body).toBe('{"top_k":3,"model":"qwen3-coder","seed":2, "x":[ ]}')
  })

  it.each([
    { name: 'below the label', minZone: 2, target: GPU, sent: 0 },
    { name: 'below the label, whatever it says of itself', minZone: 2, target: { ...GPU, zone: 9 }, sent: 0 },
    { name: 'that the table does not know', minZone: 1, target: { ...SPARE, model: 'other' }, sent: 0 },
    { name: 'at the label', minZone: 1, target: SPARE, sent: 1 },
  ])('is the last line before a target $name: $sent sent', async ({ minZone, target, sent }) => {
    const targets = { 'gpu/coder': GPU, 'spare/small': { ...SPARE, zone: 1 } }
    const exchange = makeExchange({ gpu: ok, spare: ok }, { minZone, table: { targets } })
    const error = await rejectionOf(send(exchange, target, signal))
    expect(exchange.ports.calls).toHaveLength(sent)
    // Not an AttemptFailure: no other target is tried, and it is logged as the defect that it is.
    expect(error === undefined ? 1 : error instanceof GatewayError ? 2 : 0).toBe(sent)
  })

  it('shows no key where the policy has none', async () => {
    const exchange = makeExchange({ gpu: ok }, { backendKeys: { spare: 'k' } })
    await send(exchange, GPU, signal)
    expect(exchange.ports.calls[0]?.request.headers).not.toHaveProperty('authorization')
  })

  it.each([
    { kind: 'openai', body: ' {"model":"qwen3-coder"}' },
    { kind: 'ollama', body: ' {"model":"qwen3-coder"}' },
    { kind: 'litellm', body: ' {"num_retries":0,"disable_fallbacks":true,"model":"qwen3-coder"}' },
  ] as const)('a body for $kind is $body', async ({ kind, body }) => {
    const table = { backends: { gpu: makeBackend({ kind, basePath: '' }) } }
    const exchange = makeExchange({ gpu: ok }, { body: ' {"model":"m"}', table })
    await send(exchange, GPU, signal)
    expect(exchange.ports.calls[0]?.request).toMatchObject({ body, path: '/chat/completions' })
  })

  it('writes a model id that needs escapes', async () => {
    const exchange = makeExchange({ gpu: ok })
    await send(exchange, { ...GPU, id: 'a"b\\' }, signal)
    expect(JSON.parse(exchange.ports.calls[0]?.request.body ?? '')).toEqual({ model: 'a"b\\' })
  })

  it('lets the demo answer without a network', async () => {
    const table = { backends: { gpu: makeBackend({ kind: 'demo', origin: null }) } }
    const exchange = makeExchange({}, { table })
    const response = await send(exchange, GPU, signal)
    expect(await response.json()).toMatchObject({ object: 'chat.completion', model: 'qwen3-coder' })
    expect(exchange.ports.calls).toEqual([])
  })

  it.each([
    {
      name: 'an unreachable backend',
      error: new BackendUnreachable('ECONNREFUSED'),
      message: 'Backend `gpu` cannot be reached: ECONNREFUSED',
    },
    {
      name: 'a connection that broke, without its words',
      error: new Error('socket of 10.0.0.9 closed'),
      message: 'The connection to backend `gpu` broke before it answered.',
    },
  ])('reports $name', async ({ error, message }) => {
    const exchange = makeExchange({ gpu: () => Promise.reject(error) })
    expect(await rejectionOf(send(exchange, GPU, signal))).toMatchObject({
      name: 'AttemptFailure',
      cause: 'connect',
      error: { code: 'upstream_unreachable', status: 502, message },
    })
  })

  it.each([
    { name: 'once more', stale: 1, sent: 2, ends: undefined },
    { name: 'no more than that', stale: 2, sent: 2, ends: 'connect' },
  ])('asks $name on a connection that had served before', async ({ stale, sent, ends }) => {
    let left = stale
    const gpu: Backend = () => {
      left -= 1
      if (left >= 0) throw new StaleConnection('ECONNRESET')
      return new Response('{}')
    }
    const exchange = makeExchange({ gpu })
    const error = await rejectionOf(send(exchange, GPU, signal))
    expect(exchange.ports.calls).toHaveLength(sent)
    expect((error as { cause?: unknown } | undefined)?.cause).toBe(ends)
    // For the whole request, not for each target.
    left = 1
    await rejectionOf(send(exchange, GPU, signal))
    expect(exchange.ports.calls).toHaveLength(sent + 1)
  })

  it('throws the reason of the abort, not what the abort broke', async () => {
    const abort = new AbortController()
    const reason = new GatewayError('upstream_timeout', 'late')
    const exchange = makeExchange({
      gpu() {
        abort.abort(reason)
        throw new BackendUnreachable('aborted')
      },
    })
    expect(await rejectionOf(send(exchange, GPU, abort.signal))).toBe(reason)
  })

  it('reads an error body to its bound and lets go of the rest', async () => {
    let pulled = 0
    let cancelled = false
    const flood = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(16 * 1024).fill(0x20))
      },
      cancel() {
        cancelled = true
      },
    })
    const exchange = makeExchange({ gpu: () => new Response(flood, { status: 500 }) })
    expect(await rejectionOf(send(exchange, GPU, signal))).toMatchObject({
      error: { code: 'upstream_error' },
    })
    expect(cancelled).toBe(true)
    expect(pulled).toBeLessThanOrEqual(6)
  })

  it('makes do with an error body that is cut', async () => {
    const body = controlledStream(signal, { status: 500 })
    const exchange = makeExchange({ gpu: () => body.response })
    const sending = rejectionOf(send(exchange, GPU, signal))
    await body.send('{"error":"half')
    await body.break()
    expect(await sending).toMatchObject({ error: { message: 'Backend `gpu` answered 500' } })
  })

  it('has no backend beyond those of the table', async () => {
    for (const backend of ['nowhere', '__proto__']) {
      const error = await rejectionOf(send(makeExchange({}), { ...GPU, backend }, signal))
      expect(String(error)).toBe(`Error: the table has no backend ${backend}`)
    }
  })
})

describe('responseHeaders', () => {
  const upstream = new Response('', {
    headers: {
      'content-type': 'application/json',
      'content-length': '0',
      'cache-control': 'public',
      connection: 'keep-alive, x-secret',
      server: 'uvicorn',
      'set-cookie': 'a=b',
      'www-authenticate': 'Basic',
      'x-aicc-model': 'forged',
      'x-correlation-id': 'forged',
      'x-litellm-call-id': 'abc',
      'x-litellm-model-api-base': 'http://secret',
      'request-id': 'req_1',
      'anthropic-ratelimit-input-tokens-remaining': '9',
      'anthropic-organization-id': 'org',
    },
  })

  it.each([
    { kind: 'openai', extra: {} },
    { kind: 'ollama', extra: {} },
    { kind: 'litellm', extra: { 'x-litellm-call-id': 'abc' } },
    {
      kind: 'anthropic',
      extra: { 'request-id': 'req_1', 'anthropic-ratelimit-input-tokens-remaining': '9' },
    },
  ] as const)('lets through little from $kind', ({ kind, extra }) => {
    const exchange = makeExchange({}, { table: { backends: { spare: makeBackend({ kind }) } } })
    expect(responseHeaders(exchange, SPARE, upstream)).toEqual({
      'content-type': 'application/json',
      'x-aicc-backend': 'spare',
      'x-aicc-model': 'safe',
      'x-aicc-overhead': expect.stringMatching(/^\d+\.\d\d$/),
      'x-correlation-id': 'test-1',
      ...extra,
    })
  })
})
