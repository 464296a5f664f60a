/** The official `openai` client, as people use it. */
import { APIError, BadRequestError, NotFoundError, PermissionDeniedError, RateLimitError } from 'openai'
import type { OpenAI } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPENAI_ERROR } from '../upstream/error-bodies.ts'
import { DONE, ROLE, chunk, completion, frame, json, paced, text } from '../upstream/reply.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import { secrets } from './harness/policies.ts'
import { createSdk } from './harness/sdk.ts'
import type { Sdk } from './harness/sdk.ts'

const options = {
  models: {
    chat: {},
    tools: {},
    usage: {},
    broken: {},
    status: {},
    vectors: {},
    legacy: {},
    quiet: { keepAlive: '150ms' },
  },
  aliases: { 'gpt-4o': 'chat' },
  clients: { narrow: { keys: [{ env: 'CONF_KEY_NARROW' }], models: ['chat'] } },
}

const messages = [{ role: 'user' as const, content: 'hi' }]

/** The error that a call ends in. @throws when it succeeds. */
async function failure(call: Promise<unknown>): Promise<APIError> {
  const outcome = await call.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(outcome instanceof APIError)) throw new Error(`expected an APIError, got ${String(outcome)}`)
  return outcome
}

async function collectAll<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describeRuntimes(options, (bench) => {
  let sdk: Sdk
  beforeAll(() => void (sdk = createSdk(bench.gateway)))
  afterAll(async () => await sdk.close())

  describe('chat completions', () => {
    it('answer at once', async () => {
      bench.upstream.reply('mock/chat', completion('hello'))
      const { data, response } = await sdk.openai.chat.completions
        .create({ model: 'gpt-4o', messages })
        .withResponse()
      expect(data.choices[0]?.message.content).toBe('hello')
      expect(data.usage?.total_tokens).toBe(5)
      expect(response.headers.get('x-correlation-id')).toMatch(/^[\w.:-]+$/)
    })

    it('stream', async () => {
      bench.upstream.reply('mock/chat', paced(10, 5))
      const stream = await sdk.openai.chat.completions.create({ model: 'chat', messages, stream: true })
      let content = ''
      for await (const part of stream) content += part.choices[0]?.delta.content ?? ''
      expect(content).toBe('w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 ')
    })

    it('stream with usage at the end', async () => {
      const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 }
      bench.upstream.reply('mock/usage', [
        { send: ROLE + text('x') + chunk({ finish: 'stop' }) + chunk({ usage }) + DONE },
      ])
      const stream_options = { include_usage: true }
      const stream = await sdk.openai.chat.completions.create({
        model: 'usage',
        messages,
        stream: true,
        stream_options,
      })
      const parts = await collectAll(stream)
      expect(parts.at(-1)?.usage).toEqual(usage)
      expect(
        JSON.parse(bench.upstream.requestsFor('mock/usage').at(-1)?.body.toString() ?? ''),
      ).toMatchObject({
        stream_options,
      })
    })

    it('stream tool calls and take their results', async () => {
      const call = (fields: object): string => chunk({ delta: { tool_calls: [{ index: 0, ...fields }] } })
      bench.upstream.reply('mock/tools', [
        {
          send:
            ROLE +
            call({ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }) +
            call({ function: { arguments: '{"city":' } }) +
            call({ function: { arguments: '"Köln"}' } }) +
            chunk({ finish: 'tool_calls' }) +
            DONE,
        },
      ])
      const tools = [
        {
          type: 'function' as const,
          function: {
            name: 'weather',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
          },
        },
      ]
      const runner = sdk.openai.chat.completions.stream({
        model: 'tools',
        messages,
        tools,
        tool_choice: 'auto',
      })
      const message = (await runner.finalChatCompletion()).choices[0]?.message
      expect(message?.tool_calls?.[0]).toMatchObject({
        id: 'call_1',
        function: { name: 'weather', arguments: '{"city":"Köln"}' },
      })
      const sent = JSON.parse(
        bench.upstream.requestsFor('mock/tools').at(-1)?.body.toString() ?? '',
      ) as object
      expect(sent).toMatchObject({ tools, tool_choice: 'auto' })

      bench.upstream.reply('mock/tools', completion('sunny'))
      const next = await sdk.openai.chat.completions.create({
        model: 'tools',
        messages: [
          ...messages,
          { role: 'assistant', tool_calls: message?.tool_calls ?? [] },
          { role: 'tool', tool_call_id: 'call_1', content: 'sun' },
        ],
      })
      expect(next.choices[0]?.message.content).toBe('sunny')
    })

    it('do not mind keep-alive comments', async () => {
      bench.upstream.reply('mock/quiet', [{ at: 500 }, ...paced(2, 0)])
      const stream = await sdk.openai.chat.completions.create({ model: 'quiet', messages, stream: true })
      const parts = await collectAll(stream)
      expect(parts.map((p) => p.choices[0]?.delta.content ?? '').join('')).toBe('w0 w1 ')
    })
  })

  describe('errors', () => {
    it.each([
      ['missing model', 'absent', 404, 'model_not_found'],
      ['forbidden field', 'chat', 400, 'field_not_allowed'],
    ])('%s is an APIError with status and code', async (_, model, status, code) => {
      const extra = code === 'field_not_allowed' ? { api_base: 'http://127.0.0.1:9' } : {}
      const error = await failure(sdk.openai.chat.completions.create({ model, messages, ...extra }))
      expect([error.status, error.code]).toEqual([status, code])
    })

    it('a wrong key is a PermissionDeniedError', async () => {
      const other = createSdk(bench.gateway, 'conf-key-wrong-000000000000000000')
      const error = await failure(other.openai.models.list())
      await other.close()
      expect(error).toBeInstanceOf(PermissionDeniedError)
      expect(error.code).toBe('invalid_api_key')
    })

    it('a backend that limits is a RateLimitError with Retry-After', async () => {
      bench.upstream.reply('mock/status', json(429, OPENAI_ERROR, { 'retry-after': '5' }))
      const error = await failure(
        sdk.openai.chat.completions.create({ model: 'status', messages, stream: true }),
      )
      expect(error).toBeInstanceOf(RateLimitError)
      expect(error.headers?.get('retry-after')).toBe('5')
    })

    it("a backend's 400 keeps message, param and code", async () => {
      bench.upstream.reply('mock/status', json(400, OPENAI_ERROR))
      const error = await failure(sdk.openai.chat.completions.create({ model: 'status', messages }))
      expect(error).toBeInstanceOf(BadRequestError)
      expect([error.code, error.param]).toEqual(['context_length_exceeded', 'messages'])
    })

    it('a stream that breaks throws after what came', async () => {
      bench.upstream.reply('mock/broken', [{ send: ROLE + text('half') }, { at: 50 }, { cut: true }])
      const stream = await sdk.openai.chat.completions.create({ model: 'broken', messages, stream: true })
      let content = ''
      const error = await failure(
        (async () => {
          for await (const part of stream) content += part.choices[0]?.delta.content ?? ''
        })(),
      )
      expect([content, error.code]).toEqual(['half', 'upstream_interrupted'])
    })

    it('a stream that the backend fails in throws as well', async () => {
      bench.upstream.reply('mock/broken', [{ send: ROLE + text('half') + frame(OPENAI_ERROR) + DONE }])
      const stream = await sdk.openai.chat.completions.create({ model: 'broken', messages, stream: true })
      const error = await failure(collectAll(stream))
      expect(error.code).toBe('context_length_exceeded')
    })
  })

  it('that aborts a stream lets the backend go', async () => {
    bench.upstream.reply('mock/chat', paced(1000, 10))
    const stream = await sdk.openai.chat.completions.create({ model: 'chat', messages, stream: true })
    for await (const part of stream) if (part.choices[0]?.delta.content !== '') break
    stream.controller.abort()
    const own = bench.upstream.requestsFor('mock/chat').at(-1)
    await bench.upstream.waitFor('mock/chat', (r) => r === own && r.aborted, 1000)
  })

  it('lists models and finds one, by client', async () => {
    const ids = async (client: OpenAI): Promise<string[]> =>
      (await collectAll(client.models.list())).map((m) => m.id)
    expect(new Set(await ids(sdk.openai))).toEqual(new Set([...Object.keys(options.models), 'gpt-4o']))
    expect((await sdk.openai.models.retrieve('gpt-4o')).id).toBe('gpt-4o')
    const narrow = createSdk(bench.gateway, secrets['CONF_KEY_NARROW'])
    expect(new Set(await ids(narrow.openai))).toEqual(new Set(['chat', 'gpt-4o']))
    const error = await failure(narrow.openai.models.retrieve('tools'))
    await narrow.close()
    expect(error).toBeInstanceOf(NotFoundError)
  })

  it('embeds, in base64 as the client asks for by itself', async () => {
    const vector = Buffer.from(new Float32Array([0.5, -1, 2]).buffer).toString('base64')
    const data = [{ object: 'embedding', index: 0, embedding: vector }]
    bench.upstream.reply(
      'mock/vectors',
      json(200, { object: 'list', model: 'm', data, usage: { prompt_tokens: 1, total_tokens: 1 } }),
    )
    const answer = await sdk.openai.embeddings.create({ model: 'vectors', input: 'text' })
    expect(answer.data[0]?.embedding).toEqual([0.5, -1, 2])
    expect(bench.upstream.requestsFor('mock/vectors').at(-1)?.path).toBe('/v1/embeddings')
  })

  it('completes texts, whole and streamed', async () => {
    const choice = { text: 'done', index: 0, finish_reason: 'stop', logprobs: null }
    bench.upstream.reply('mock/legacy', json(200, { id: 'c', object: 'text_completion', choices: [choice] }))
    const whole = await sdk.openai.completions.create({ model: 'legacy', prompt: 'p' })
    expect(whole.choices[0]?.text).toBe('done')
    bench.upstream.reply('mock/legacy', [{ send: frame({ choices: [choice] }) + DONE }])
    const stream = await sdk.openai.completions.create({ model: 'legacy', prompt: 'p', stream: true })
    expect((await collectAll(stream)).map((p) => p.choices[0]?.text)).toEqual(['done'])
    expect(bench.upstream.requestsFor('mock/legacy').at(-1)?.path).toBe('/v1/completions')
  })
})
