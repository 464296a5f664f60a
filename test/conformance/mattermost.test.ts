/** Modes switched by posts of Mattermost's shape, over the same TLS listener as all else. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RecordingUpstream, startUpstream } from '../upstream/recording-upstream.ts'
import { type Answer, askOf, type Client, createClient } from './harness/client.ts'
import { secrets, testPolicies } from './harness/policies.ts'
import { type Gateway, startGateway } from './harness/start-gateway.ts'

const run = promisify(execFile)
const CLI = fileURLToPath(new URL('../../compiler/commands/cli.ts', import.meta.url))
const TOKEN = 'canary-mattermost-token-8f3k2'
const WITHIN_MS = 1000
const POST = {
  channel_id: 'c1',
  command: '/gaming',
  response_url: 'http://127.0.0.1:9/hooks/commands/x',
  team_id: 't1',
  text: 'status',
  token: TOKEN,
  user_id: 'u1',
  user_name: 'ada',
}

/** Says of two models that they are loaded, and writes down what it is asked. */
async function startOllama(): Promise<{ server: Server; url: string; calls: string[] }> {
  const calls: string[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      calls.push(`${request.method} ${request.url} ${text}`.trim())
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify(request.url === '/api/ps' ? { models: [{ model: 'a:7b' }, { model: 'b' }] } : {}),
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe.each(['workerd', 'node'] as const)('on %s', (runtime) => {
  let upstream: RecordingUpstream
  let ollama: Awaited<ReturnType<typeof startOllama>>
  let gateway: Gateway
  let client: Client

  beforeAll(async () => {
    upstream = await startUpstream()
    ollama = await startOllama()
    const { policy, backends, clients } = testPolicies(upstream.origin, {
      models: { fast: { on: ['mock'] }, big: { on: ['second'] } },
    })
    const { mock, second } = backends.backends
    if (mock === undefined || second === undefined) throw new Error('the harness has other backends')
    gateway = await startGateway({
      runtime,
      policy: {
        ...policy,
        models: { ...policy.models, auto: { rules: 'main' } },
        rules: {
          main: [
            { id: 'gaming', when: { mode: 'gaming-pc' }, to: 'fast' },
            { id: 'else', to: 'big' },
          ],
        },
        hooks: {
          mattermost: {
            tokens: [{ env: 'CONF_MATTERMOST_TOKEN' }],
            users: ['u1'],
            teams: ['t1'],
            commands: { gaming: 'gaming-pc' },
          },
        },
        limits: { ...policy.limits, failedKeys: '5/min' },
      },
      backends: {
        backends: {
          mock,
          second: { ...second, mode: 'gaming-pc' },
          gpu: { kind: 'ollama', url: ollama.url, health: 'off', models: { a: { id: 'a:7b' } } },
        },
        modes: { 'gaming-pc': { frees: ['gpu'] } },
      },
      clients,
      env: { ...secrets, CONF_MATTERMOST_TOKEN: TOKEN },
    })
    client = createClient(gateway)
  })

  afterAll(async () => {
    client?.close()
    await gateway?.stop()
    await upstream?.close()
    ollama?.server.close()
  })

  const post = (fields: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Answer> =>
    client.call({
      path: '/hooks/mattermost',
      key: null,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ ...POST, ...fields }).toString(),
    })
  const said = async (fields: Record<string, string>): Promise<unknown> =>
    ((await post(fields)).json() as { text: unknown }).text
  const servedBy = async (): Promise<unknown> => (await client.chat(askOf('auto'))).headers['x-aicc-model']
  const explain = async (): Promise<string> => {
    const state = join(gateway.folder, 'state')
    const folders = ['--policies', join(gateway.folder, 'policies'), '--state', state]
    const asked = ['explain', '--live', '--model', 'auto', '--prompt', 'hi', ...folders]
    return (await run(process.execPath, [CLI, ...asked])).stdout
  }

  it('changes where requests go within a second, and back', async () => {
    expect(await servedBy()).toBe('big')
    const answer = await post({ text: 'mode on' })
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({ response_type: 'ephemeral', text: 'Mode **gaming-pc** is **on**.' })
    await expect.poll(servedBy, { timeout: WITHIN_MS }).toBe('fast')
    expect(gateway.output()).toContain('mode `gaming-pc` is on: @ada (u1) by Mattermost')
    expect(await said({ text: 'status' })).toMatch(/^Mode gaming-pc is \*\*on\*\* since /)
    expect(await explain()).toMatch(/\+ main\/gaming +yes +mode gaming-pc on/)
    expect(await said({ text: 'off' })).toBe('Mode **gaming-pc** is **off**.')
    await expect.poll(servedBy, { timeout: WITHIN_MS }).toBe('big')
  })

  it('frees the GPU as it goes on, and only then', async () => {
    ollama.calls.length = 0
    await post({ text: 'off' })
    await post({ text: 'on' })
    await post({ text: 'on' })
    const unload = (model: string): string => `POST /api/generate ${JSON.stringify({ model, keep_alive: 0 })}`
    await expect.poll(() => ollama.calls).toEqual(['GET /api/ps', unload('a:7b'), unload('b')])
    await post({ text: 'off' })
  })

  it('answers a webhook below its post', async () => {
    const { command: _, ...fields } = POST
    const answer = await client.call({
      path: '/hooks/mattermost',
      key: null,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...fields, text: 'gaming mode status', trigger_word: 'gaming' }),
    })
    expect(answer.json()).toEqual({
      response_type: 'comment',
      text: 'Mode gaming-pc is **off**; it gates second',
    })
  })

  it.each([
    { what: 'another user', fields: { user_id: 'u2', text: 'on' }, text: 'This user may not do that.' },
    { what: 'another team', fields: { team_id: 't2', text: 'on' }, text: 'This team may not do that.' },
  ])('denies $what', async ({ fields, text }) => {
    expect(await said(fields)).toBe(text)
    expect(await servedBy()).toBe('big')
  })

  it.each([
    { what: 'GET', options: { method: 'GET' }, status: 401 },
    { what: 'another type', options: { body: '{}', headers: { 'content-type': 'text/plain' } }, status: 415 },
    { what: 'too much', options: { body: 'x'.repeat(20_000) }, status: 413 },
    {
      what: 'another host',
      options: { body: 'a=b', headers: { host: 'evil.example' } },
      status: 421,
    },
  ])('refuses $what with $status', async ({ options, status }) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...options.headers }
    const answer = await client.call({ path: '/hooks/mattermost', key: null, ...options, headers })
    expect(answer.status).toBe(status)
  })

  it('refuses a wrong token, and soon whoever goes on guessing', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 6; i += 1) statuses.push((await post({ token: `guess-${i}`, text: 'on' })).status)
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429])
    expect(await servedBy()).toBe('big')
    // A right token passes all the same: others call from the same address.
    expect(await said({ text: 'status' })).toMatch(/^Mode gaming-pc/)
  })

  it('shows its token nowhere', () => {
    expect(gateway.output()).not.toContain(TOKEN)
  })
})
