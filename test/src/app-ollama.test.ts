/** An Ollama that is spoken to by its own protocol, before clients of all three. */
import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createHealth } from '../../src/pipeline/forward/health.ts'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import { AUTHORIZED, makeActive, makeBackend, makeModel, makeTable, makeTarget } from './make-snapshot.ts'
import { type Backend, type ScriptedPorts, scriptedPorts } from './scripted-ports.ts'

const HEAD = { model: 'llama3.2', created_at: '2026-08-21T10:00:00Z' }
const END = { done: true, done_reason: 'stop', prompt_eval_count: 7, eval_count: 2 }
const WHOLE = { ...HEAD, message: { role: 'assistant', content: 'Hello' }, ...END }

function lines(events: readonly object[], type = 'application/x-ndjson'): Response {
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join('')
  return new Response(text, { headers: { 'content-type': type } })
}

function says(content: string): object {
  return { ...HEAD, message: { role: 'assistant', content }, done: false }
}

const STREAM = [says('Hel'), says('lo'), { ...HEAD, message: { role: 'assistant', content: '' }, ...END }]

async function ask(
  path: string,
  more: object,
  backends: Record<string, Backend>,
): Promise<{ answer: Response; text: string; ports: ScriptedPorts }> {
  const table = makeTable({
    surfaces: [...ALL_SURFACES],
    backends: { gpu: makeBackend({ kind: 'ollama', origin: 'http://gpu.test:11434' }), spare: makeBackend() },
    targets: {
      'gpu/coder': makeTarget({
        id: 'llama3.2:3b',
        speaks: ['ollama-chat', 'embeddings'],
        ownMembers: { keep_alive: 1800, options: { num_ctx: 16_384 } },
      }),
      'spare/small': makeTarget({ backend: 'spare', model: 'small', id: 'little' }),
    },
    models: { safe: makeModel({ fallback: [{ target: 'spare/small', on: ['error', 'connect'] }] }) },
    names: { safe: 'safe' },
  })
  const ports = scriptedPorts(makeActive(table), backends)
  const said = path.endsWith('responses')
    ? { input: 'hi' }
    : { messages: [{ role: 'user', content: 'hi' }], ...(path.endsWith('messages') && { max_tokens: 9 }) }
  const answer = await createApp(ports).fetch(
    new Request(`http://localhost${path}`, {
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED },
      body: JSON.stringify({ model: 'safe', ...said, ...more }),
    }),
  )
  return { answer, text: await answer.text(), ports }
}

const PATHS = ['/v1/chat/completions', '/v1/messages', '/v1/responses'] as const

it('is asked first where it has the model loaded', async () => {
  const origin = 'http://gpu.test:8000'
  const table = makeTable({
    backends: { gpu: makeBackend({ kind: 'ollama' }), spare: makeBackend({ kind: 'ollama' }) },
    targets: {
      'gpu/coder': makeTarget({ id: 'llama3' }),
      'spare/small': makeTarget({ backend: 'spare', model: 'small', id: 'llama3' }),
    },
    models: {
      safe: makeModel({
        balance: 'least-busy',
        pool: [
          { target: 'gpu/coder', weight: 1 },
          { target: 'spare/small', weight: 1 },
        ],
      }),
    },
    names: { safe: 'safe' },
  })
  const health = createHealth()
  health.learn({
    gpu: { up: true, origin, askedAgoMs: 0, loaded: [] },
    spare: { up: true, origin, askedAgoMs: 0, loaded: ['llama3:latest'] },
  })
  const answering: Backend = () => Response.json({ choices: [{ message: { content: 'x' } }] })
  const ports = scriptedPorts(makeActive(table), { gpu: answering, spare: answering })
  const app = createApp(ports, null, { health })
  for (let i = 0; i < 3; i += 1) {
    const answer = await app.fetch(
      new Request('http://localhost/v1/chat/completions', {
        method: 'POST',
        headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED },
        body: '{"model":"safe","messages":[{"role":"user","content":"hi"}]}',
      }),
    )
    await answer.text()
  }
  expect(ports.calls.map(({ backend }) => backend)).toEqual(['spare', 'spare', 'spare'])
})

describe('an Ollama by its own protocol', () => {
  it.each(PATHS)('answers %s', async (path) => {
    const { answer, text, ports } = await ask(path, {}, { gpu: () => Response.json(WHOLE) })
    expect(answer.status, text).toBe(200)
    expect(text).toContain('"Hello"')
    const [call] = ports.calls
    expect(call?.request.path).toBe('/api/chat')
    expect(JSON.parse(call?.request.body ?? '')).toMatchObject({
      model: 'llama3.2:3b',
      stream: false,
      keep_alive: 1800,
      options: { num_ctx: 16_384 },
    })
  })

  it.each([
    { path: PATHS[0], ends: 'data: [DONE]\n\n' },
    { path: PATHS[1], ends: '"type":"message_stop"' },
    { path: PATHS[2], ends: '"type":"response.completed"' },
  ])('streams $path', async ({ path, ends }) => {
    const { answer, text } = await ask(path, { stream: true }, { gpu: () => lines(STREAM) })
    expect(answer.status, text).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(text).toContain('"Hel"')
    expect(text).toContain('"lo"')
    expect(text.includes(ends)).toBe(true)
  })

  it('keeps what the client asks for beside what the policy says', async () => {
    const more = { temperature: 0, max_completion_tokens: 9, seed: 1 }
    const { ports } = await ask(PATHS[0], more, { gpu: () => Response.json(WHOLE) })
    expect(JSON.parse(ports.calls[0]?.request.body ?? '')).toMatchObject({
      options: { num_ctx: 16_384, temperature: 0, num_predict: 9, seed: 1 },
    })
  })

  it('names what is lost', async () => {
    const more = { tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: 'required' }
    const { answer } = await ask(PATHS[0], more, { gpu: () => Response.json(WHOLE) })
    expect(answer.headers.get('x-aicc-lost')).toBe('tool_choice')
  })

  it.each<{ name: string; gpu: Backend }>([
    { name: 'fails before the first word', gpu: () => lines([{ error: 'llama runner has stopped' }]) },
    { name: 'answers with events', gpu: () => lines(STREAM, 'text/event-stream') },
    {
      name: 'sends no JSON',
      gpu: () => new Response('<html>\n', { headers: { 'content-type': 'application/x-ndjson' } }),
    },
    { name: 'is busy', gpu: () => Response.json({ error: 'server busy' }, { status: 503 }) },
  ])('gives way to the next one where it $name', async ({ gpu }) => {
    const spare: Backend = () =>
      new Response(
        'data: {"choices":[{"index":0,"delta":{"content":"spare"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
        {
          headers: { 'content-type': 'text/event-stream' },
        },
      )
    const { answer, text } = await ask(PATHS[0], { stream: true }, { gpu, spare })
    expect(answer.headers.get('x-aicc-backend'), text).toBe('spare')
  })

  it.each([
    { name: 'fails', rest: [{ error: 'out of memory' }], says: 'out of memory' },
    { name: 'breaks off', rest: [], says: 'upstream_interrupted' },
  ])('is an error of the stream where it $name in the middle', async ({ rest, says: what }) => {
    const { text } = await ask(PATHS[0], { stream: true }, { gpu: () => lines([says('Hel'), ...rest]) })
    expect(text).toContain('"Hel"')
    expect(text).toContain('"error"')
    expect(text).toContain(what)
    expect(text).not.toContain('[DONE]')
  })
})
