/** llama.cpp for real behind the gateway: both of its servers, on both runtimes. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRecord } from '../../../src/protocols/json-object.ts'
import { eventsIn } from '../../../src/protocols/sse.ts'
import { createClient, type Client } from '../../conformance/harness/client.ts'
import { type Policies, startGateway, type Runtime } from '../../conformance/harness/start-gateway.ts'
import { buildLlama } from './build-llama.ts'
import { CONTEXT, type LlamaKind, type LlamaServer, startLlama } from './start-llama.ts'

const RUNTIMES: readonly Runtime[] = ['workerd', 'node']
const KINDS: readonly LlamaKind[] = ['own', 'python']

/** Long enough for whatever machine. */
const FREE_WITHIN_MS = 20_000
const CHECK_MS = 120_000
const WIDTH = 64
/** Token of ` hello`. */
const WORD = 259

const HELLO = { messages: [{ role: 'user', content: 'hello there' }] }

interface Bench {
  kind: LlamaKind
  server: LlamaServer
  client: Client
}

/** @returns how many verdicts failed; none where it cannot be built */
export async function runLlama(): Promise<number> {
  const llama = await buildLlama()
  if (llama === null) return 0
  let failed = 0
  for (const kind of KINDS) {
    const server = await startLlama(kind, llama)
    try {
      for (const runtime of RUNTIMES) {
        const gateway = await startGateway({ runtime, ...policiesFor(server.origin) })
        const client = createClient(gateway)
        for (const [name, check] of Object.entries(CHECKS)) {
          const late = sleep(CHECK_MS, undefined, { ref: false }).then(() => assert.fail('it takes too long'))
          const problem = await Promise.race([check({ kind, server, client }), late]).then(
            () => null,
            (error: unknown) => error,
          )
          if (problem !== null) failed += 1
          console.log(`  ${problem === null ? 'PASS' : 'FAIL'}  ${kind} on ${runtime}: ${name}`)
          if (problem !== null) console.log(problem)
        }
        client.close()
        await gateway.stop()
      }
    } finally {
      await server.stop()
    }
  }
  return failed
}

function policiesFor(url: string): Policies {
  return {
    backends: {
      backends: { gpu: { kind: 'llamacpp', url, models: { tiny: { id: 'tiny', context: CONTEXT } } } },
    },
    policy: { models: { tiny: { targets: ['gpu/tiny'], retry: { times: 0 } } }, breaker: 'off' },
    clients: { clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } } },
  }
}

const CHECKS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  'a chat': async ({ client }) => {
    const answer = await ask(client, 'chat/completions', { ...HELLO, max_tokens: 8 })
    const { choices, usage } = answer as { choices: { message: { content: unknown } }[]; usage: Usage }
    assert.equal(typeof choices[0]?.message.content, 'string')
    assert.equal(usage.prompt_tokens + usage.completion_tokens, usage.total_tokens)
    assert.ok(usage.prompt_tokens > 5 && usage.completion_tokens <= 8, JSON.stringify(usage))
  },
  'a streamed chat': async ({ client, kind }) => {
    const asked = { ...HELLO, max_tokens: 8, stream: true, stream_options: { include_usage: true } }
    const events = await stream(client, 'chat/completions', asked)
    assert.equal(events.at(-1), '[DONE]')
    const chunks = events.slice(0, -1).map((data) => JSON.parse(data) as Record<string, unknown>)
    const ends = chunks.flatMap(({ choices }) =>
      (choices as { finish_reason: unknown }[]).map((one) => one.finish_reason),
    )
    assert.match(JSON.stringify(ends.findLast((end) => end !== null)), /^"(?:length|stop)"$/)
    // llama-cpp-python tells no usage in a stream, whoever asks.
    assert.equal(
      chunks.some(({ usage }) => isRecord(usage)),
      kind === 'own',
    )
  },
  'completions, whole and streamed': async ({ client }) => {
    const asked = { prompt: 'hello', max_tokens: 4 }
    const { choices } = (await ask(client, 'completions', asked)) as { choices: { text: unknown }[] }
    assert.equal(typeof choices[0]?.text, 'string')
    assert.equal((await stream(client, 'completions', { ...asked, stream: true })).at(-1), '[DONE]')
  },
  embeddings: async ({ client, kind }) => {
    const answer = await call(client, 'embeddings', { input: ['hello', 'there'] })
    if (kind === 'python') {
      // It serves them only where it serves nothing else; what it says is told.
      assert.equal(answer.status, 502)
      assert.match(answer.text, /embedding=True/)
      return
    }
    const { data } = answer.json() as { data: { embedding: number[] }[] }
    assert.deepEqual(
      data.map(({ embedding }) => embedding.length),
      [WIDTH, WIDTH],
    )
  },
  'a message and a response, translated': async ({ client }) => {
    const message = (await ask(client, 'messages', { ...HELLO, max_tokens: 8 })) as {
      usage: Record<string, number>
    }
    assert.ok((message.usage['input_tokens'] ?? 0) + (message.usage['cache_read_input_tokens'] ?? 0) > 5)
    const events = await stream(client, 'messages', { ...HELLO, max_tokens: 8, stream: true })
    assert.equal((JSON.parse(events.at(-1) ?? '{}') as { type: unknown }).type, 'message_stop')
    const response = (await ask(client, 'responses', { input: 'hello', max_output_tokens: 16 })) as Record<
      string,
      unknown
    >
    assert.equal(response['object'], 'response')
    const last = (
      await stream(client, 'responses', { input: 'hello', max_output_tokens: 16, stream: true })
    ).at(-1)
    assert.match((JSON.parse(last ?? '{}') as { type: string }).type, /^response\.(?:completed|incomplete)$/)
  },
  'errors in the shape of the client': async ({ client }) => {
    const long = { messages: [{ role: 'user', content: 'a b '.repeat(CONTEXT) }] }
    const chat = await call(client, 'chat/completions', long)
    assert.equal(chat.status, 400, chat.text)
    assert.match(chat.error().message, /context/)
    const message = await call(client, 'messages', { ...long, max_tokens: 8 })
    assert.equal(message.status, 400, message.text)
    assert.equal((message.json() as { error: { type: unknown } }).error.type, 'invalid_request_error')
  },
  'a client that leaves frees it': async ({ client, kind, server }) => {
    const asked = { ...HELLO, max_tokens: CONTEXT - 1000, stream: true }
    // It says one word again and again: it neither ends by itself nor begins characters that it does not end, in the midst
    // of which llama-cpp-python does not look whether anybody listens.
    const endless = { logit_bias: { [WORD]: 100 } }
    const answer = await client.open({
      path: '/v1/chat/completions',
      body: { model: 'tiny', ...asked, ...endless },
    })
    assert.equal(answer.status, 200)
    await new Promise((resolve) => answer.body.once('data', resolve))
    if (kind === 'own') assert.equal(await isBusy(server), true, 'it works')
    answer.vanish()
    const deadline = performance.now() + FREE_WITHIN_MS
    if (kind === 'own') {
      while (await isBusy(server)) {
        assert.ok(performance.now() < deadline, 'it works on')
        await sleep(50)
      }
      assert.ok((await decoded(server)) < CONTEXT / 2, 'it was stopped on the way')
    }
    // llama-cpp-python answers one after the other: who comes next waits for those before.
    await ask(client, 'chat/completions', { ...HELLO, max_tokens: 2 })
    assert.ok(performance.now() < deadline, 'the next is answered soon')
  },
  'its models': async ({ client }) => {
    const { data } = (await client.call({ path: '/v1/models' })).json() as { data: { id: string }[] }
    assert.deepEqual(
      data.map(({ id }) => id),
      ['tiny'],
    )
  },
}

interface Usage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
}

async function call(client: Client, path: string, fields: object): ReturnType<Client['call']> {
  return await client.call({ path: `/v1/${path}`, body: { model: 'tiny', ...fields } })
}

async function ask(client: Client, path: string, fields: object): Promise<unknown> {
  const answer = await call(client, path, fields)
  assert.equal(answer.status, 200, answer.text)
  return answer.json()
}

/** @returns the data of its events */
async function stream(client: Client, path: string, fields: object): Promise<string[]> {
  const answer = await call(client, path, fields)
  assert.equal(answer.status, 200, answer.text)
  return eventsIn(answer.text).map(({ data }) => data)
}

interface Slot {
  is_processing: boolean
  next_token?: { n_decoded: number }[]
}

async function slots({ origin }: LlamaServer): Promise<Slot[]> {
  return (await (await fetch(`${origin}/slots`)).json()) as Slot[]
}

async function isBusy(server: LlamaServer): Promise<boolean> {
  return (await slots(server)).some((slot) => slot.is_processing)
}

async function decoded(server: LlamaServer): Promise<number> {
  return Math.max(...(await slots(server)).map(({ next_token: next }) => next?.[0]?.n_decoded ?? 0))
}
