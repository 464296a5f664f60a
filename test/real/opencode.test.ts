/** The gateway in front of a real OpenCode server, whose provider is a mock that writes down what it is asked. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, createClient, streamOf } from '../conformance/harness/client.ts'
import { type Gateway, type Runtime, startGateway } from '../conformance/harness/start-gateway.ts'
import { eventData } from '../../src/protocols/sse.ts'
import { type RecordingUpstream, startUpstream } from '../upstream/recording-upstream.ts'
import { chunk, completion, DONE, json, ROLE, text, wholeStream } from '../upstream/reply.ts'
import { opencodeProgram, type OpenCodeServer, PASSWORD, startOpenCode } from './opencode-server.ts'

const RUNTIMES: readonly Runtime[] = ['workerd', 'node']
const program = await opencodeProgram()
if ('missing' in program) console.log(`OpenCode is skipped: ${program.missing}`)

const MODELS = ['plain', 'thinking', 'refusing', 'limited', 'cut', 'slow', 'rescued'] as const
const HI = [{ role: 'user', content: 'hi' }]
interface Chunk {
  choices: {
    delta: { content?: string; reasoning_content?: string }
    finish_reason: string | null
  }[]
  usage?: object
}

/** No retry of its own would end before this. */
const SOON_MS = 8000

describe.skipIf('missing' in program)('with a real OpenCode server', () => {
  let provider: RecordingUpstream
  let spare: RecordingUpstream
  let opencode: OpenCodeServer

  beforeAll(async () => {
    provider = await startUpstream()
    spare = await startUpstream()
    const usage = chunk({
      usage: {
        prompt_tokens: 8,
        completion_tokens: 5,
        total_tokens: 13,
        prompt_tokens_details: { cached_tokens: 3 },
      },
    })
    const end = chunk({ finish: 'stop' }) + usage + DONE
    const thought = chunk({ delta: { reasoning_content: 'hm' } })
    provider.reply('plain', [{ send: ROLE + text('Hello ') + text('there') + end }])
    provider.reply('thinking', [{ send: ROLE + thought + text('Yes') + end }])
    provider.reply('refusing', json(400, { error: { message: 'that is not possible', type: 'x' } }))
    provider.reply('limited', json(429, { error: { message: 'Rate limit reached', type: 'x' } }))
    provider.reply('rescued', json(429, { error: { message: 'Rate limit reached', type: 'x' } }))
    provider.reply('cut', [{ send: ROLE + text('half ') }, { at: 300 }, { cut: true }])
    provider.reply('slow', [{ send: ROLE + text('a ') }, { stall: true }])
    spare.otherwise(({ body }) =>
      body.includes('"stream":true')
        ? [{ send: wholeStream(['from the spare']) }]
        : completion('from the spare'),
    )
    const binary = 'binary' in program ? program.binary : ''
    opencode = await startOpenCode(binary, provider.origin, MODELS)
  })

  afterAll(async () => {
    await opencode?.stop()
    await provider?.close()
    await spare?.close()
  })

  describe.each(RUNTIMES)('on %s', (runtime) => {
    let gateway: Gateway
    let client: Client

    beforeAll(async () => {
      const served = Object.fromEntries(MODELS.map((name) => [name, { id: `mock/${name}` }]))
      gateway = await startGateway({
        runtime,
        backends: {
          backends: {
            agent: {
              kind: 'opencode',
              url: opencode.origin,
              password: { env: 'REAL_OPENCODE_PASSWORD' },
              agent: 'gateway',
              models: { ...served, unknown: { id: 'mock/unknown' } },
            },
            spare: { kind: 'openai', url: spare.origin, models: { spare: { id: 'spare' } } },
          },
        },
        policy: {
          retry: { times: 0 },
          breaker: 'off',
          models: {
            ...Object.fromEntries(
              [...MODELS, 'unknown'].map((name) => [name, { targets: [`agent/${name}`] }]),
            ),
            rescued: { targets: ['agent/rescued'], fallback: ['spare/spare'] },
          },
        },
        clients: { clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } } },
        env: { REAL_OPENCODE_PASSWORD: PASSWORD },
      })
      client = createClient(gateway)
    })

    afterAll(async () => {
      client?.close()
      await gateway?.stop()
    })

    it('answers a request, and the model is offered no tools', async () => {
      const messages = [{ role: 'system', content: 'Be kind.' }, ...HI]
      const answer = await client.chat({ model: 'plain', messages })
      expect(answer.status).toBe(200)
      expect(answer.json()).toMatchObject({
        object: 'chat.completion',
        choices: [{ message: { role: 'assistant', content: 'Hello there' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 8, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 3 } },
      })
      const sent = JSON.parse(provider.requestsFor('plain').at(-1)?.body.toString() ?? '{}') as {
        tools?: unknown
        messages: { content: string }[]
      }
      expect(sent.tools).toBeUndefined()
      expect(sent.messages[0]?.content).toContain('Be kind.')
    })

    it('streams, reasoning apart from text, and ends as others do', async () => {
      const answer = await client.chat(streamOf('thinking', { stream_options: { include_usage: true } }))
      expect(answer.headers['content-type']).toContain('text/event-stream')
      const events = eventData(answer.text)
      expect(events.at(-1)).toBe('[DONE]')
      const chunks = events.slice(0, -1).map((data) => JSON.parse(data) as Chunk)
      const said = (field: 'content' | 'reasoning_content'): string =>
        chunks.map(({ choices }) => choices[0]?.delta[field] ?? '').join('')
      expect({ text: said('content'), reasoning: said('reasoning_content') }).toEqual({
        text: 'Yes',
        reasoning: 'hm',
      })
      expect(chunks.map(({ choices }) => choices[0]?.finish_reason).filter(Boolean)).toEqual(['stop'])
      expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: 8, completion_tokens: 5 })
    })

    it.each([
      { what: 'a refusal of the provider', model: 'refusing', status: 400, says: 'that is not possible' },
      { what: 'a rate limit, at the first retry', model: 'limited', status: 429, says: 'Rate limit reached' },
      { what: 'a model that is not there', model: 'unknown', status: 502, says: 'not found' },
      { what: 'a break in the middle', model: 'cut', status: 502, says: '' },
    ])('tells $what at once', { timeout: SOON_MS }, async ({ model, status, says }) => {
      const answer = await client.chat({ model, messages: HI })
      expect({ status: answer.status, says: answer.error().message }).toEqual({
        status,
        says: expect.stringContaining(says) as string,
      })
      expect(answer.text).not.toContain('sk-mock-provider-key')
    })

    it('ends a stream that breaks with an error, and says nothing twice', { timeout: SOON_MS }, async () => {
      const answer = await client.chat(streamOf('cut'))
      const events = eventData(answer.text)
      expect(events.join('').split('half ').length - 1).toBe(1)
      expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ error: { code: 'upstream_interrupted' } })
    })

    it.each([false, true])('falls back, streaming: %s', { timeout: SOON_MS }, async (stream) => {
      const answer = await client.chat({ model: 'rescued', stream, messages: HI })
      expect({ status: answer.status, backend: answer.headers['x-aicc-backend'] }).toEqual({
        status: 200,
        backend: 'spare',
      })
    })

    it.each([{ tools: [{ type: 'function', function: { name: 'f' } }] }, { n: 2 }, { logprobs: true }])(
      'refuses what an agent cannot do: %o',
      async (fields) => {
        const answer = await client.chat({ model: 'plain', messages: HI, ...fields })
        expect(answer.status).toBe(400)
      },
    )

    it('lets the provider go when its client leaves', { timeout: 20_000 }, async () => {
      const known = provider.requestsFor('slow').length
      const open = await client.open({ body: streamOf('slow') })
      expect(open.status).toBe(200)
      open.vanish()
      await expect
        .poll(
          () =>
            provider
              .requestsFor('slow')
              .slice(known)
              .every(({ closedAt }) => closedAt !== null),
          {
            timeout: 15_000,
          },
        )
        .toBe(true)
    })

    it('leaves no session behind', { timeout: 30_000 }, async () => {
      await expect.poll(() => opencode.sessions(), { timeout: 20_000, interval: 250 }).toEqual([])
    })

    it('is asked whether it is well with its password', async () => {
      expect(gateway.output()).not.toMatch(/backend `?agent`? is down/)
    })
  })
})
