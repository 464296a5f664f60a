/** Parameters that a backend does not honour, from the client's request to the bytes that leave. */
import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import type { Backend as TableBackend, ServedModel, Target } from '../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import { AUTHORIZED, makeActive, makeBackend, makeModel, makeTable, makeTarget } from './make-snapshot.ts'
import { type ScriptedPorts, scriptedPorts } from './scripted-ports.ts'

const COMPLETION = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
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

interface Scene {
  backend: Partial<TableBackend>
  target?: Partial<Target>
  model?: Partial<ServedModel>
  path?: string
  /** Members behind the model and the messages, as text. */
  asks: string
}

/** The model `safe` asks `gpu` first, then `spare`, which honours all. */
async function ask({
  backend,
  target = {},
  model = {},
  path = '/v1/chat/completions',
  asks,
}: Scene): Promise<{
  answer: Response
  ports: ScriptedPorts
  sent: string
}> {
  const table = makeTable({
    surfaces: [...ALL_SURFACES],
    backends: { gpu: makeBackend(backend), spare: makeBackend() },
    targets: {
      'gpu/coder': makeTarget({ id: 'big', ...target }),
      'spare/small': makeTarget({ backend: 'spare', model: 'small', id: 'little' }),
    },
    models: {
      safe: makeModel({
        pool: [{ target: 'gpu/coder', weight: 1 }],
        fallback: [],
        ...model,
      }),
    },
    names: { safe: 'safe' },
  })
  const ports = scriptedPorts(makeActive(table), {
    gpu: () => Response.json(backend.kind === 'anthropic' ? MESSAGE : COMPLETION),
    spare: () => Response.json(COMPLETION),
  })
  const answer = await createApp(ports).fetch(
    new Request(`http://localhost${path}`, {
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED },
      body: `{"model":"safe","messages":[{"role":"user","content":"hi"}]${asks}}`,
    }),
  )
  return { answer, ports, sent: ports.calls[0]?.request.body ?? '' }
}

describe('a parameter that a backend does not honour', () => {
  it.each<Scene & { name: string; lost: string | null; leaves: object }>([
    {
      name: 'goes out where nothing is known against it',
      backend: {},
      asks: ',"n":2',
      lost: null,
      leaves: { n: 2 },
    },
    {
      name: 'is left out and named',
      backend: { kind: 'mlx' },
      asks: ',"n":2,"seed":1',
      lost: 'n',
      leaves: { seed: 1 },
    },
    {
      name: 'is left out without a word where its value asks for nothing',
      backend: { kind: 'ollama' },
      asks: ',"n":1,"tool_choice":"auto","logit_bias":{},"parallel_tool_calls":null',
      lost: null,
      leaves: {},
    },
    {
      name: 'is what the policy says of the target',
      backend: { kind: 'mlx' },
      target: { lacks: ['seed'] },
      asks: ',"n":2,"seed":1',
      lost: 'seed',
      leaves: { n: 2 },
    },
    {
      name: 'is none where the policy says so',
      backend: { kind: 'mlx' },
      target: { lacks: [] },
      asks: ',"n":2',
      lost: null,
      leaves: { n: 2 },
    },
    {
      name: 'is known by another name at Ollama',
      backend: { kind: 'ollama' },
      asks: ',"max_completion_tokens":9',
      lost: null,
      leaves: { max_tokens: 9 },
    },
    {
      name: 'is known by another name, and by both',
      backend: { kind: 'ollama' },
      asks: ',"max_tokens":5,"max_completion_tokens":9',
      lost: null,
      leaves: { max_tokens: 9 },
    },
    {
      name: 'is known by another name, and says nothing',
      backend: { kind: 'ollama' },
      asks: ',"max_tokens":5,"max_completion_tokens":null',
      lost: null,
      leaves: { max_tokens: 5 },
    },
  ])('$name', async ({ lost, leaves, ...scene }) => {
    const { answer, sent } = await ask(scene)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-aicc-lost')).toBe(lost)
    const { model: _, messages: __, ...rest } = JSON.parse(sent) as Record<string, unknown>
    expect(rest).toEqual(leaves)
  })

  it('leaves all else as it came', async () => {
    const asks = `, "a" : 1e400,\n "n":2 , "x":{"n":"n, \\"n\\":1"},"tool_choice":"none"`
    const { sent } = await ask({ backend: { kind: 'mlx' }, asks })
    expect(sent).toBe(
      `{"model":"big","messages":[{"role":"user","content":"hi"}], "a" : 1e400 , "x":{"n":"n, \\"n\\":1"}}`,
    )
  })

  it('has the name that the client gave it', async () => {
    const asks = ',"max_tokens":9,"stop_sequences":["x"],"temperature":0'
    const { answer } = await ask({ backend: {}, target: { lacks: ['stop'] }, path: '/v1/messages', asks })
    expect(answer.headers.get('x-aicc-lost')).toBe('stop_sequences')
  })

  it.each([
    { origin: 'https://api.openai.com:443', path: '/v1/messages', limit: { max_completion_tokens: 9 } },
    { origin: 'https://api.openai.com:443', path: '/v1/chat/completions', limit: { max_tokens: 9 } },
    { origin: 'http://gpu.test:8000', path: '/v1/messages', limit: { max_tokens: 9 } },
  ])('is told to OpenAI by the name it knows where a translation says it: $origin $path', async (row) => {
    const { origin, path, limit } = row
    const { sent } = await ask({ backend: { origin }, path, asks: ',"max_tokens":9' })
    const { model: _, messages: __, ...rest } = JSON.parse(sent) as Record<string, unknown>
    expect(rest).toEqual(limit)
  })

  it.each([
    { path: '/v1/chat/completions', lost: 'temperature', temperature: undefined },
    { path: '/v1/messages', lost: null, temperature: 0 },
  ])('is left out for Anthropic where a translation says it: $path', async ({ path, lost, temperature }) => {
    const asks = ',"max_tokens":9,"temperature":0'
    const { answer, sent } = await ask({ backend: { kind: 'anthropic' }, path, asks })
    expect(answer.status, await answer.clone().text()).toBe(200)
    expect(answer.headers.get('x-aicc-lost')).toBe(lost)
    expect(JSON.parse(sent)).toEqual(expect.objectContaining({ model: 'big', max_tokens: 9 }))
    expect((JSON.parse(sent) as { temperature?: number }).temperature).toBe(temperature)
  })
})

describe('a backend that rejects what it does not honour', () => {
  const STRICT: Partial<TableBackend> = { kind: 'mlx', unsupported: 'reject' }
  const spare: Partial<ServedModel> = { fallback: [{ target: 'spare/small', on: ['connect'] }] }

  it.each<Scene & { name: string; status: number; code: string | null; asked: string[] }>([
    {
      name: 'is not asked',
      backend: STRICT,
      asks: ',"n":2',
      status: 400,
      code: 'unsupported_parameter',
      asked: [],
    },
    {
      name: 'is not asked, but who honours it is',
      backend: STRICT,
      model: spare,
      asks: ',"n":2',
      status: 200,
      code: null,
      asked: ['spare'],
    },
    {
      name: 'is asked for what it can',
      backend: STRICT,
      asks: ',"n":1',
      status: 200,
      code: null,
      asked: ['gpu'],
    },
    {
      name: 'is one where nothing may be lost',
      backend: { kind: 'mlx' },
      model: { translation: 'lossless' },
      asks: ',"n":2',
      status: 400,
      code: 'unsupported_parameter',
      asked: [],
    },
    {
      name: 'is told what a translation would say',
      backend: { unsupported: 'reject' },
      target: { lacks: ['stop'] },
      path: '/v1/messages',
      asks: ',"max_tokens":9,"stop_sequences":["x"]',
      status: 400,
      code: null,
      asked: [],
    },
  ])('$name', async ({ status, code, asked, ...scene }) => {
    const { answer, ports } = await ask(scene)
    expect(answer.status).toBe(status)
    expect(ports.calls.map(({ backend }) => backend)).toEqual(asked)
    const { error } = (await answer.json()) as { error?: { code?: string; param?: string; message: string } }
    if (status === 400) expect(error?.message).toMatch(/does not honour `(?:n|stop_sequences)`/)
    expect(error?.code ?? null).toBe(code)
    if (code !== null) expect(error?.param).toBe('n')
  })
})
