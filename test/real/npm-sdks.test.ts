/**
 * The npm clients of OpenAI and Anthropic over TLS, before a backend that speaks what they speak and before one that only
 * speaks chat: they must not be able to tell which.
 */
import * as anthropic from '@anthropic-ai/sdk'
import * as openai from 'openai'
import { Agent, fetch } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Runtime } from '../conformance/harness/start-gateway.ts'
import { FAILURE, saidIn } from '../protocols/answers.ts'
import type { Case } from '../protocols/cells.ts'
import {
  type Heard,
  heardInCompletion,
  heardInMessage,
  heardInResponse,
  heardOf,
} from '../protocols/read-said.ts'
import { requestOf } from '../protocols/request-of.ts'
import { SETUPS, type SdkWorld, startSdkWorld } from './sdk-world.ts'

const RUNTIMES: readonly Runtime[] = ['workerd', 'node']
const TALKS: readonly Case[] = ['plain', 'tools', 'parallel tools', 'image', 'long context']

interface Clients {
  openai: openai.OpenAI
  anthropic: anthropic.Anthropic
}

/** Asks in one way: gives what the client hears. */
type Ask = (clients: Clients, model: string, name: Case) => Promise<Heard>

const WAYS: Readonly<Record<string, Ask>> = {
  'chat completions': async (clients, model, name) =>
    heardInCompletion(await clients.openai.chat.completions.create(chatOf(model, name))),
  'chat completions, streamed': async (clients, model, name) => {
    const options = { stream: true, stream_options: { include_usage: true } } as const
    const stream = clients.openai.chat.completions.stream(Object.assign(chatOf(model, name), options))
    return heardInCompletion(await stream.finalChatCompletion())
  },
  responses: async (clients, model, name) =>
    heardInResponse(await clients.openai.responses.create(responseOf(model, name))),
  'responses, streamed': async (clients, model, name) =>
    heardInResponse(await clients.openai.responses.stream(responseOf(model, name)).finalResponse()),
  messages: async (clients, model, name) =>
    heardInMessage(await clients.anthropic.messages.create(messageOf(model, name))),
  'messages, streamed': async (clients, model, name) =>
    heardInMessage(await clients.anthropic.messages.stream(messageOf(model, name)).finalMessage()),
}

/** What whole and streamed requests share: their own types differ in fields that nobody sends here. */
interface ChatRequest {
  model: string
  messages: openai.OpenAI.ChatCompletionMessageParam[]
}

interface ResponseRequest {
  model: string
  input?: openai.OpenAI.Responses.ResponseInput
}

function chatOf(model: string, name: Case): ChatRequest {
  const { fields } = requestOf('chat', name, false)
  return { messages: [], ...fields, model }
}

function responseOf(model: string, name: Case): ResponseRequest {
  return { ...requestOf('responses', name, false).fields, model }
}

function messageOf(model: string, name: Case): anthropic.Anthropic.MessageCreateParamsNonStreaming {
  return { messages: [], max_tokens: 50, ...requestOf('messages', name, false).fields, model }
}

const slug = (name: string): string => name.replace(' ', '-')

describe.each(RUNTIMES)('the npm clients on %s', (runtime) => {
  let world: SdkWorld
  let dispatcher: Agent
  let clients: Clients

  const clientsWith = (options: { apiKey?: string; maxRetries?: number } = {}): Clients => {
    const { apiKey = world.gateway.clientKey, maxRetries = 0 } = options
    const shared = {
      apiKey,
      maxRetries,
      fetch: fetch as unknown as typeof globalThis.fetch,
      fetchOptions: { dispatcher } as Record<string, unknown>,
    }
    return {
      openai: new openai.OpenAI({ ...shared, baseURL: `${world.origin}/v1` }),
      anthropic: new anthropic.Anthropic({ ...shared, baseURL: world.origin }),
    }
  }

  beforeAll(async () => {
    world = await startSdkWorld(runtime)
    dispatcher = new Agent({ connect: { ca: world.gateway.ca } })
    clients = clientsWith()
  })

  afterAll(async () => {
    await dispatcher?.close()
    await world?.stop()
  })

  const talks = SETUPS.flatMap((setup) =>
    Object.keys(WAYS).flatMap((way) => TALKS.map((name) => ({ setup, way, name }))),
  )
  it.each(talks)('$way before $setup: $name', async ({ setup, way, name }) => {
    const heard = await WAYS[way]?.(clients, `${setup}.${slug(name)}`, name)
    expect(heard).toEqual(heardOf(saidIn(name)))
  })

  const ways = SETUPS.flatMap((setup) => Object.keys(WAYS).map((way) => ({ setup, way })))
  const failure = async (way: string, model: string, from: Clients = clients): Promise<unknown> =>
    await WAYS[way]?.(from, model, 'plain').then(
      () => null,
      (error: unknown) => error,
    )
  const libraryOf = (way: string): typeof openai | typeof anthropic =>
    way.startsWith('messages') ? anthropic : openai

  it.each(ways)('$way before $setup: errors are those of the library', async ({ setup, way }) => {
    const library = libraryOf(way)
    const isStreamed = way.endsWith('streamed')
    const busy = await failure(way, `${setup}.busy`)
    expect(busy).toBeInstanceOf(library.RateLimitError)
    expect((busy as openai.APIError).headers?.get('retry-after')).toBe('1')
    expect(await failure(way, `${setup}.broken`)).toBeInstanceOf(library.InternalServerError)
    expect(await failure(way, 'nobody-has-this')).toBeInstanceOf(library.NotFoundError)
    const bad = await failure(way, `${setup}.error`)
    // Where it streams, the failure comes behind the first words.
    expect(bad).toBeInstanceOf(isStreamed ? library.APIError : library.BadRequestError)
    if (!isStreamed) expect((bad as Error).message).toContain(FAILURE)
  })

  it('tells clients without a key so, and those with a wrong one', async () => {
    const nobody = { headers: { authorization: null, 'x-api-key': null } }
    const wrong = clientsWith({ apiKey: 'sk-wrong' })
    const calls = [
      { call: () => clients.openai.models.list(nobody), error: openai.AuthenticationError },
      { call: () => clients.anthropic.models.list({}, nobody), error: anthropic.AuthenticationError },
      { call: () => wrong.openai.models.list(), error: openai.PermissionDeniedError },
      { call: () => wrong.anthropic.models.list(), error: anthropic.PermissionDeniedError },
    ]
    for (const { call, error } of calls) await expect(call()).rejects.toBeInstanceOf(error)
  })

  it.each(ways)('$way before $setup: is asked again by the library', async ({ setup, way }) => {
    const model = `busy-once-${way.replaceAll(/\W+/g, '-')}`
    const patient = clientsWith({ maxRetries: 1 })
    const heard = await WAYS[way]?.(patient, `${setup}.${model}`, 'plain')
    expect(heard).toEqual(heardOf(saidIn('plain')))
    expect(world.upstream.requestsFor(`${setup}/${model}`)).toHaveLength(2)
  })

  it('counts tokens: as the backend does, and by the gateway’s own estimate', async () => {
    const count = async (model: string): Promise<number> => {
      const { max_tokens: _, ...body } = messageOf(model, 'plain')
      return (await clients.anthropic.messages.countTokens(body)).input_tokens
    }
    expect(await count('native.plain')).toBe(42)
    expect(await count('hub.plain')).toBeGreaterThan(0)
  })

  it('lists models for both', async () => {
    const { data: first } = await clients.openai.models.list()
    const { data: second } = await clients.anthropic.models.list()
    expect(first.map(({ id }) => id)).toContain('auto')
    expect(second.map(({ id }) => id)).toEqual(first.map(({ id }) => id))
    expect((await clients.anthropic.models.retrieve('auto')).type).toBe('model')
    expect((await clients.openai.models.retrieve('auto')).object).toBe('model')
  })

  it('embeds', async () => {
    const { data } = await clients.openai.embeddings.create({ model: 'hub.plain', input: 'a' })
    expect(data[0]?.embedding.length).toBeGreaterThan(0)
  })

  it('stops the backend where the reader of a stream stops', async () => {
    const stream = clients.anthropic.messages.stream(messageOf('hub.abort', 'abort'))
    for await (const event of stream) if (event.type === 'content_block_delta') break
    const left = await world.upstream.waitFor('hub/abort', ({ closedAt }) => closedAt !== null)
    expect(left.aborted).toBe(true)
  })
})
