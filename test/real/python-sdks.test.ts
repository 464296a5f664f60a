/** The Python clients of OpenAI and Anthropic, and LangChain on top of them, before all kinds of backends. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Runtime } from '../conformance/harness/start-gateway.ts'
import { saidIn } from '../protocols/answers.ts'
import type { Case } from '../protocols/cells.ts'
import { heardOf } from '../protocols/read-said.ts'
import { requestOf } from '../protocols/request-of.ts'
import { pythonEnvironment } from './python-environment.ts'
import { SETUPS, type SdkWorld, startSdkWorld } from './sdk-world.ts'

const RUNTIMES: readonly Runtime[] = ['workerd', 'node']
const CALLS = fileURLToPath(new URL('sdk_calls.py', import.meta.url))
const CALLS_MS = 240_000
const TALKS: readonly Case[] = ['plain', 'tools', 'parallel tools', 'image', 'long context']
const WAYS = ['chat completions', 'responses', 'messages'].flatMap((way) => [way, `${way}, streamed`])

const environment = await pythonEnvironment('sdks')
if ('missing' in environment) console.log(`Python's clients are skipped: ${environment.missing}`)

interface Outcome {
  value?: unknown
  error?: string
  status?: number
  says?: string
}

async function callAll({ gateway, origin }: SdkWorld): Promise<Record<string, Outcome>> {
  const surfaces = ['chat', 'responses', 'messages'] as const
  const cases = Object.fromEntries(
    TALKS.map((name) => [
      name,
      Object.fromEntries(surfaces.map((surface) => [surface, requestOf(surface, name, false).fields])),
    ]),
  )
  const python = join('bin' in environment ? environment.bin : '', 'python')
  const child = spawn(python, [CALLS, origin, join(gateway.folder, 'state/ca.crt')], {
    env: { PATH: process.env['PATH'], HOME: gateway.folder, AICC_CLIENT_KEY: gateway.clientKey },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: CALLS_MS,
  })
  child.stdin.end(JSON.stringify({ setups: SETUPS, cases }))
  const [out, failure] = await Promise.all([text(child.stdout), text(child.stderr)])
  try {
    return JSON.parse(out) as Record<string, Outcome>
  } catch {
    throw new Error(`sdk_calls.py wrote:\n${out}\n${failure}`)
  }
}

describe.skipIf('missing' in environment).each(RUNTIMES)('the Python clients on %s', (runtime) => {
  let world: SdkWorld
  let outcomes: Record<string, Outcome>

  beforeAll(async () => {
    world = await startSdkWorld(runtime)
    outcomes = await callAll(world)
  })

  afterAll(async () => {
    await world?.stop()
  })

  const ways = SETUPS.flatMap((setup) => WAYS.map((way) => ({ setup, way })))

  it.each(ways)('$way before $setup: hear what the model says', ({ setup, way }) => {
    for (const name of TALKS) {
      const heard = outcomes[`${way} before ${setup}: ${name}`]
      expect(heard, name).toEqual({ value: heardOf(saidIn(name)) })
    }
  })

  it.each(ways)('$way before $setup: raise their own errors', ({ setup, way }) => {
    const library = way.startsWith('messages') ? 'anthropic' : 'openai'
    const of = (name: string): unknown => outcomes[`${way} before ${setup}: ${name}`]
    expect(of('busy')).toEqual({ error: `${library}.RateLimitError`, status: 429 })
    expect(of('broken')).toEqual({ error: `${library}.InternalServerError`, status: 502 })
    // Where it streams, the failure comes behind the first words.
    if (way.endsWith('streamed')) {
      expect(of('error')).toMatchObject({ error: expect.stringMatching(`^${library}\\.API`) as string })
    } else expect(of('error')).toEqual({ error: `${library}.BadRequestError`, status: 400 })
  })

  it.each(ways)('$way before $setup: ask again when told when', ({ setup, way }) => {
    expect(outcomes[`${way} before ${setup}: again`]).toEqual({ value: heardOf(saidIn('plain')) })
    const model = `busy-once-${way.replace(',', '').split(' ').join('-')}`
    expect(world.upstream.requestsFor(`${setup}/${model}`)).toHaveLength(2)
  })

  it.each([
    { way: 'messages', library: 'anthropic' },
    { way: 'responses', library: 'openai' },
  ])('$way: hear of wrong keys and models', ({ way, library }) => {
    expect(outcomes[`${way}: unknown model`]).toEqual({ error: `${library}.NotFoundError`, status: 404 })
    expect(outcomes[`${way}: wrong key`]).toEqual({ error: `${library}.PermissionDeniedError`, status: 403 })
  })

  it('count tokens, list models, embed', () => {
    expect(outcomes['count_tokens before native']).toEqual({ value: 42 })
    expect(outcomes['count_tokens before hub']).toEqual({ value: expect.any(Number) })
    const models = outcomes['models of OpenAI']
    expect(models?.value).toContain('auto')
    expect(outcomes['models of Anthropic']).toEqual(models)
    expect(outcomes['OpenAIEmbeddings']).toEqual({ value: [0.25, 0.5] })
  })

  const chains = SETUPS.flatMap((setup) => ['ChatOpenAI', 'ChatAnthropic'].map((which) => ({ setup, which })))

  it.each(chains)('LangChain’s $which before $setup', ({ setup, which }) => {
    expect(outcomes[`${which} before ${setup}`]).toEqual({
      value: {
        invoke: 'Hello there',
        stream: 'Hello there',
        several: true,
        usage: 7,
        calls: heardOf(saidIn('tools')).calls,
        after: 'Hello there',
      },
    })
  })
})
