/** What clients of other protocols than chat get to see of the gateway itself. */
import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import type { ServedModel, Target } from '../../src/table/route-table.ts'
import { KEY, makeActive, makeModel, makeTable, makeTarget } from './make-snapshot.ts'
import { type Backend, type ScriptedPorts, scriptedPorts } from './scripted-ports.ts'

const SAID = { role: 'user', content: 'hi' }
const COMPLETION = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'qwen3-coder',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
}
const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 7, output_tokens: 2 },
}

interface Gateway {
  ports: ScriptedPorts
  ask: (path: string, options?: { body?: object; headers?: Record<string, string> }) => Promise<Response>
}

interface Served {
  speaks?: Partial<Record<'gpu' | 'spare', Target['speaks']>>
  model?: Partial<ServedModel>
  backends?: Record<string, Backend>
}

/** Its model `safe` asks `gpu` first, then `spare`. */
function gateway({ speaks = {}, model = {}, backends = {} }: Served = {}): Gateway {
  const targetOf = (backend: 'gpu' | 'spare', fields: Partial<Target>): Target =>
    makeTarget({ backend, ...fields, ...(speaks[backend] && { speaks: speaks[backend] }) })
  const table = makeTable({
    surfaces: [...ALL_SURFACES],
    targets: {
      'gpu/coder': targetOf('gpu', {}),
      'spare/small': targetOf('spare', { model: 'small', id: 'llama3.2' }),
    },
    models: {
      fast: makeModel(),
      safe: makeModel({
        pool: [
          { target: 'gpu/coder', weight: 1 },
          { target: 'spare/small', weight: 1 },
        ],
        balance: 'ordered',
        ...model,
      }),
    },
  })
  const ports = scriptedPorts(makeActive(table), {
    gpu: () => Response.json(COMPLETION),
    spare: () => Response.json(COMPLETION),
    ...backends,
  })
  const app = createApp(ports)
  return {
    ports,
    ask: async (path, { body, headers = {} } = {}) =>
      app.fetch(
        new Request(`http://localhost${path}`, {
          method: body === undefined ? 'GET' : 'POST',
          headers: { host: 'localhost', 'x-api-key': KEY, 'content-type': 'application/json', ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
      ),
  }
}

function sent({ ports }: Gateway): unknown[] {
  return ports.calls.map(({ request }) => JSON.parse(request.body ?? 'null') as unknown)
}

describe('errors', () => {
  const anthropic = { 'anthropic-version': '2023-06-01', 'x-correlation-id': 'mine-1' }
  it.each([
    { path: '/v1/messages', headers: { 'x-api-key': '' }, status: 401, type: 'authentication_error' },
    { path: '/v1/messages', headers: { 'x-api-key': 'no' }, status: 403, type: 'permission_error' },
    { path: '/v1/messages/batches', headers: {}, status: 404, type: 'not_found_error' },
    { path: '/v1/nowhere', headers: anthropic, status: 404, type: 'not_found_error' },
    { path: '/v1/models/none', headers: anthropic, status: 404, type: 'not_found_error' },
    {
      path: '/health',
      headers: { ...anthropic, host: 'evil.test' },
      status: 421,
      type: 'invalid_request_error',
    },
    {
      path: '/v1/messages',
      headers: { 'content-type': 'text/plain' },
      status: 415,
      type: 'invalid_request_error',
    },
  ])('of $path have Anthropic’s shape: $status', async ({ path, headers, status, type }) => {
    const isPost = path === '/v1/messages'
    const response = await gateway().ask(path, { headers, ...(isPost && { body: {} }) })
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type, message: expect.any(String) },
      request_id: response.headers.get('request-id'),
    })
  })

  it.each(['/v1/responses', '/v1/chat/completions'])('of %s have OpenAI’s', async (path) => {
    const response = await gateway().ask(path, { body: { model: 'none' }, headers: anthropic })
    expect(await response.json()).toMatchObject({ error: { code: 'model_not_found', param: 'model' } })
  })
})

it('lists models in Anthropic’s shape to who says its version', async () => {
  const { ask } = gateway()
  const headers = { 'anthropic-version': '2023-06-01' }
  const list = await (await ask('/v1/models', { headers })).json()
  expect(list).toMatchObject({ data: [{ type: 'model', id: 'fast' }, {}, {}], has_more: false })
  expect(await (await ask('/v1/models')).json()).toMatchObject({ object: 'list' })
  expect(await (await ask('/v1/models/fast', { headers })).json()).toMatchObject({ display_name: 'fast' })
})

describe('a message', () => {
  const body = { model: 'safe', max_tokens: 9, messages: [SAID] }

  it('goes through as it is where the backend speaks it', async () => {
    const odd = '{"id":"msg_1",  "unknown":1e400}'
    const answer: Backend = () => new Response(odd, { headers: { 'content-type': 'application/json' } })
    const made = gateway({ speaks: { gpu: ['messages'] }, backends: { gpu: answer } })
    const response = await made.ask('/v1/messages', { body })
    expect(await response.text()).toBe(odd)
    expect(response.headers.get('x-aicc-lost')).toBeNull()
    expect(made.ports.calls[0]?.request).toMatchObject({
      path: '/v1/messages',
      body: JSON.stringify({ ...body, model: 'qwen3-coder' }),
    })
  })

  it('is translated where it does not, and what is lost is named', async () => {
    const made = gateway()
    const response = await made.ask('/v1/messages', { body: { ...body, top_k: 4 } })
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(response.headers.get('x-aicc-lost')).toBe('top_k')
    expect(await response.json()).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'Hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 7, output_tokens: 2 },
    })
    expect(made.ports.calls[0]?.request.path).toBe('/v1/chat/completions')
    expect(sent(made)).toMatchObject([{ model: 'qwen3-coder', messages: [SAID] }])
    expect(made.ports.records).toMatchObject([{ lost: 1, usage: { input: 7, output: 2, source: 'wire' } }])
  })

  it('falls back from who speaks it to who does not, and the other way round', async () => {
    const fail: Backend = () =>
      Response.json({ type: 'error', error: { type: 'api_error' } }, { status: 500 })
    const first = gateway({ speaks: { gpu: ['messages'] }, backends: { gpu: fail } })
    const translated = await first.ask('/v1/messages', { body: { ...body, top_k: 4 } })
    expect(await translated.json()).toMatchObject({ content: [{ text: 'Hello' }] })
    expect(translated.headers.get('x-aicc-lost')).toBe('top_k')
    expect(first.ports.calls.map(({ request }) => request.path)).toEqual([
      '/v1/messages',
      '/v1/chat/completions',
    ])

    const second = gateway({
      speaks: { spare: ['messages'] },
      backends: { gpu: fail, spare: () => Response.json(MESSAGE) },
    })
    const native = await second.ask('/v1/messages', { body: { ...body, top_k: 4 } })
    expect(await native.json()).toEqual(MESSAGE)
    expect(native.headers.get('x-aicc-lost')).toBeNull()
    expect(second.ports.records).toMatchObject([{ attempts: 2, usage: { input: 7, output: 2 } }])
    expect(second.ports.records[0]?.lost ?? 0).toBe(0)
  })

  it.each([
    { name: 'refused', speaks: {}, status: 400, asked: [] },
    {
      name: 'left to who loses nothing',
      speaks: { spare: ['messages' as const] },
      status: 200,
      asked: ['spare'],
    },
  ])('that would lose something is $name where policy says lossless', async ({ speaks, status, asked }) => {
    const made = gateway({ speaks, model: { translation: 'lossless' } })
    const response = await made.ask('/v1/messages', { body: { ...body, top_k: 4 } })
    expect(response.status).toBe(status)
    if (status === 400) expect(await response.text()).toContain('`top_k`')
    expect(made.ports.calls.map(({ backend }) => backend)).toEqual(asked)
    expect((await made.ask('/v1/messages', { body })).status).toBe(200)
  })

  it('reaches nobody who speaks another protocol where translation is off', async () => {
    const made = gateway({ model: { translation: 'off' } })
    const response = await made.ask('/v1/messages', { body })
    expect([response.status, made.ports.calls]).toEqual([400, []])
  })
})

describe('what cannot be translated', () => {
  const body = { model: 'safe', input: 'hi', previous_response_id: 'resp_0' }

  it('is refused, and nobody is asked', async () => {
    const made = gateway()
    const response = await made.ask('/v1/responses', { body })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param: 'previous_response_id' } })
    expect(made.ports.calls).toEqual([])
  })
})

describe('a count of tokens', () => {
  const body = { model: 'safe', messages: [{ role: 'user', content: 'x'.repeat(400) }] }

  it('is asked of who counts', async () => {
    const count: Backend = () => Response.json({ input_tokens: 42 })
    const made = gateway({ speaks: { spare: ['messages', 'count-tokens'] }, backends: { spare: count } })
    const response = await made.ask('/v1/messages/count_tokens', { body })
    expect(await response.json()).toEqual({ input_tokens: 42 })
    expect(response.headers.get('x-aicc-estimated')).toBeNull()
    expect(made.ports.calls).toMatchObject([
      { backend: 'spare', request: { path: '/v1/messages/count_tokens' } },
    ])
    expect(made.ports.records).toMatchObject([{ attempts: 1, usage: { input: 0, output: 0 } }])
  })

  it('is the gateway’s own estimate where nobody counts: nobody sees the text', async () => {
    const made = gateway()
    const response = await made.ask('/v1/messages/count_tokens', { body })
    const { input_tokens: tokens } = (await response.json()) as { input_tokens: number }
    expect(tokens).toBeGreaterThan(40)
    expect(response.headers.get('x-aicc-estimated')).toBe('true')
    expect(made.ports.calls).toEqual([])
    expect(made.ports.records).toMatchObject([
      { surface: 'count-tokens', status: 200, attempts: 0, usage: { input: 0, output: 0 } },
    ])
  })

  it('is refused for a model that does not exist', async () => {
    const response = await gateway().ask('/v1/messages/count_tokens', { body: { ...body, model: 'none' } })
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { error: { type: 'not_found_error' } },
    ])
  })
})
