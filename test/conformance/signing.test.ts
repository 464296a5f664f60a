/** Signed requests on both runtimes, and the clients that docs/signing.md shows, run as they stand there. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestReload } from '../../src/control/admin-client.ts'
import { signRequest, type ToSign } from '../src/pipeline/edge/sign-request.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { askOf, createClient, type Client } from './harness/client.ts'
import { secrets, testPolicies } from './harness/policies.ts'
import { startGateway, type Gateway } from './harness/start-gateway.ts'

const SECRET = 'conf-signing-secret-0123456789abcdef0123456789'
const LOOSE = 'conf-signing-loose-0123456789abcdef01234567890'
const CREW_KEY = 'conf-key-crew-0000000000000000000000000'
const LOOSE_KEY = 'conf-key-loose-000000000000000000000000'
const run = promisify(execFile)

const docs = await readFile(join(import.meta.dirname, '../../docs/signing.md'), 'utf8')
const example = (language: string): string => {
  const [, code] = new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(docs) ?? []
  if (code === undefined) throw new Error(`docs/signing.md has no example in ${language}`)
  return code
}

describe.each(['workerd', 'node'] as const)('on %s', (runtime) => {
  let upstream: RecordingUpstream
  let gateway: Gateway
  let client: Client

  beforeAll(async () => {
    upstream = await startUpstream()
    const policies = testPolicies(upstream.origin, {
      models: { fast: {} },
      clients: {
        crew: { keys: [{ env: 'CREW_KEY' }], models: '*', signing: { secret: { env: 'CREW_SECRET' } } },
        loose: {
          keys: [{ env: 'LOOSE_KEY' }],
          models: '*',
          signing: { secret: { env: 'LOOSE_SECRET' }, required: false, window: '10s' },
        },
      },
    })
    const env = { ...secrets, CREW_KEY, LOOSE_KEY, CREW_SECRET: SECRET, LOOSE_SECRET: LOOSE }
    gateway = await startGateway({ runtime, ...policies, env })
    client = createClient(gateway)
  })
  afterAll(async () => {
    client.close()
    await gateway.stop()
    await upstream.close()
  })

  const now = (): number => Math.floor(Date.now() / 1000)
  const BODY = JSON.stringify(askOf('fast'))
  const signed = (fields: Partial<ToSign> = {}): Record<string, string> =>
    signRequest({ time: now(), body: BODY, secret: SECRET, ...fields })
  const ask = async (
    headers: Record<string, string>,
    options: { key?: string; path?: string; method?: string; body?: string } = {},
  ): Promise<string> => {
    const { method = 'POST', body = method === 'POST' ? BODY : undefined, key = CREW_KEY, path } = options
    const answer = await client.call({ method, headers, key, body, path: path ?? '/v1/chat/completions' })
    return answer.status === 200 ? '200' : `${answer.status} ${answer.error().code}`
  }

  it('takes what is signed, and nothing else of a client that signs', async () => {
    const asked = upstream.requests.length
    expect(await ask(signed())).toBe('200')
    expect(upstream.requests.length).toBe(asked + 1)
    expect(
      Object.keys(upstream.requests.at(-1)!.headers).filter((name) => name.startsWith('x-aicc')),
    ).toEqual([])
    expect(await ask({})).toBe('401 signature_missing')
    expect(await ask(signed({ secret: LOOSE }))).toBe('401 signature_invalid')
    expect(await ask(signed(), { body: `${BODY} ` })).toBe('401 signature_invalid')
    expect(await ask(signed({ time: now() - 400 }))).toBe('401 signature_expired')
    expect(await ask(signed({ time: now() + 400 }))).toBe('401 signature_expired')
    // Not even whether the body is good is told.
    expect(await ask(signed(), { body: '{' })).toBe('401 signature_invalid')
    expect(upstream.requests.length).toBe(asked + 1)
  })

  it('takes the path as it was sent, without a query', async () => {
    expect(await ask(signed({ path: '/v1/completions' }))).toBe('401 signature_invalid')
    for (const path of ['/v1/chat/completions?x=1', '/v1/chat/completions?']) {
      expect(await ask(signed({ nonce: 'q' }), { path })).toBe('401 signature_invalid')
    }
    const models = { method: 'GET', path: '/v1/models' }
    expect(await ask(signed({ ...models, body: '' }), models)).toBe('200')
    expect(await ask(signed({ path: '/v1/models', body: '', nonce: 'm' }), models)).toBe(
      '401 signature_invalid',
    )
    expect(await ask({}, models)).toBe('401 signature_missing')
  })

  it('takes each signature once, also over a reload', async () => {
    const once = signed({ nonce: 'once' })
    expect(await ask(once)).toBe('200')
    expect(await ask(once)).toBe('401 signature_replayed')
    expect(await requestReload(join(gateway.folder, 'state'), {})).toMatchObject({ kind: 'reloaded' })
    expect(await ask(once)).toBe('401 signature_replayed')
    const many = signed({ nonce: 'many' })
    const verdicts = await Promise.all(Array.from({ length: 10 }, () => ask(many)))
    expect(verdicts.filter((verdict) => verdict === '200')).toHaveLength(1)
  })

  it('wants the key as well, and leaves clients alone that do not sign', async () => {
    expect(await ask(signed({ nonce: 'k' }), { key: 'sk-nobody-0000000000000000000' })).toBe(
      '403 invalid_api_key',
    )
    expect(await ask({}, { key: gateway.clientKey })).toBe('200')
    expect(await ask({ 'x-aicc-signature': 'whatever' }, { key: gateway.clientKey })).toBe('200')
  })

  it('lets who need not sign do so, but not wrongly', async () => {
    expect(await ask({}, { key: LOOSE_KEY })).toBe('200')
    expect(await ask(signed({ secret: LOOSE }), { key: LOOSE_KEY })).toBe('200')
    expect(await ask(signed({ secret: SECRET }), { key: LOOSE_KEY })).toBe('401 signature_invalid')
    expect(await ask(signed({ secret: LOOSE, time: now() - 12 }), { key: LOOSE_KEY })).toBe(
      '401 signature_expired',
    )
  })

  it('is spoken by the shell example of the documents', async () => {
    const file = join(gateway.folder, 'ask.sh')
    await writeFile(file, example('sh'))
    const AICC_URL = `http://127.0.0.1:${gateway.run.http.port}`
    const env = { ...process.env, AICC_URL, AICC_KEY: CREW_KEY, AICC_SECRET: SECRET }
    for (let i = 0; i < 2; i += 1) {
      const { stdout } = await run('sh', [file, 'hello'], { env })
      expect(JSON.parse(stdout)).toMatchObject({ object: 'chat.completion' })
    }
    const { stdout } = await run('sh', [file, 'hello'], { env: { ...env, AICC_SECRET: LOOSE } })
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'signature_invalid' } })
  })

  it("is spoken by the documents' fetch for OpenAI's SDK", async () => {
    const file = join(gateway.folder, 'signed-fetch.ts')
    await writeFile(file, example('ts'))
    const { signedFetch } = (await import(pathToFileURL(file).href)) as {
      signedFetch: (secret: string) => typeof fetch
    }
    const openai = (secret: string): OpenAI =>
      new OpenAI({
        baseURL: `http://127.0.0.1:${gateway.run.http.port}/v1`,
        apiKey: CREW_KEY,
        fetch: signedFetch(secret),
        maxRetries: 0,
      })
    const messages = [{ role: 'user' as const, content: 'grüße' }]
    const answer = await openai(SECRET).chat.completions.create({ model: 'fast', messages })
    expect(answer.object).toBe('chat.completion')
    expect((await openai(SECRET).models.list()).data).toHaveLength(1)
    await expect(openai(LOOSE).chat.completions.create({ model: 'fast', messages })).rejects.toMatchObject({
      status: 401,
      code: 'signature_invalid',
    })
  })
})
