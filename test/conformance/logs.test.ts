/** The log of the running gateway: a line for each request and each event, and nothing in it that nobody may see. */
import { once } from 'node:events'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'undici'
import { readLog } from '../../src/control/read-log.ts'
import type { LogLine } from '../../src/table/log-line.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { json } from '../upstream/reply.ts'
import { askOf, createClient, type Client } from './harness/client.ts'
import { secrets, testPolicies } from './harness/policies.ts'
import { startGateway, type Gateway } from './harness/start-gateway.ts'

const CANARY = 'canary-in-flight-7731'

describe.each(['workerd', 'node'] as const)('the log on %s', (runtime) => {
  let upstream: RecordingUpstream
  let gateway: Gateway
  let client: Client

  beforeAll(async () => {
    upstream = await startUpstream()
    upstream.reply('mock/broken', json(500, { error: { message: `${CANARY} of the backend`, type: CANARY } }))
    const models = { fast: {}, broken: {}, cut: {}, gone: { on: ['dead' as const] } }
    gateway = await startGateway({ runtime, ...testPolicies(upstream.origin, { models }), env: secrets })
    client = createClient(gateway)
  })
  afterAll(async () => {
    client.close()
    await gateway.stop()
    await upstream.close()
  })

  const logs = (): string => join(gateway.folder, 'state/logs')
  const lines = async (): Promise<LogLine[]> => {
    const found: LogLine[] = []
    for await (const line of readLog({ folder: logs(), wanted: () => true, last: 1000 })) found.push(line)
    return found
  }

  it('has a line for each request and event, with its correlation id', async () => {
    for (const body of [askOf('fast'), askOf('gone')]) {
      await client.chat(body, { headers: { 'x-correlation-id': `log-${String(body['model'])}` } })
    }
    const requests = async (): Promise<LogLine[]> => (await lines()).filter(({ kind }) => kind === 'request')
    await expect.poll(async () => (await requests()).length).toBe(2)
    expect(await requests()).toMatchObject([
      {
        level: 'info',
        status: 200,
        asked: 'fast',
        correlationId: 'log-fast',
        backend: 'mock',
        stream: false,
      },
      { level: 'error', status: 502, asked: 'gone', correlationId: 'log-gone' },
    ])
    await expect
      .poll(lines)
      .toContainEqual(
        expect.objectContaining({ kind: 'event', event: 'attempt-failed', correlationId: 'log-gone' }),
      )
    expect((await stat(join(logs(), 'aicc.log'))).mode & 0o777).toBe(0o600)
  })

  it('has one event for an answer that breaks off while it is handed on, and no stack', async () => {
    upstream.reply('mock/cut', [
      { head: 200, headers: { 'content-type': 'audio/mpeg' } },
      { send: 'sound' },
      { cut: true },
    ])
    const [before, printed] = [(await lines()).length, gateway.output().length]
    const { body } = await client.open({
      path: '/v1/audio/speech',
      body: { model: 'cut', input: 'a', voice: 'b' },
      headers: { 'x-correlation-id': 'log-cut' },
    })
    body.resume()
    await once(body, 'error')
    const since = async (): Promise<LogLine[]> => (await lines()).slice(before)
    await expect.poll(async () => (await since()).map(({ kind }) => kind)).toContain('request')
    // A line that is still on its way comes before that of a request which begins only now.
    await client.chat(askOf('fast'), { headers: { 'x-correlation-id': 'log-behind' } })
    await expect.poll(async () => JSON.stringify(await since())).toContain('log-behind')
    expect((await since()).filter(({ kind }) => kind === 'event')).toMatchObject([
      { event: 'stream-broken', correlationId: 'log-cut', cause: 'upstream_interrupted' },
    ])
    expect(gateway.output().slice(printed)).not.toMatch(/^\s+at |undici/m)
  })

  it('tells lines as they are written to who listens', async () => {
    const { address, port } = gateway.run.admin
    const token = (await readFile(join(gateway.folder, 'state/admin.token'), 'utf8')).trim()
    const socket = new WebSocket(`ws://${address}:${port}/admin/events`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const heard: LogLine[] = []
    socket.addEventListener('message', ({ data }) => heard.push(...(JSON.parse(String(data)) as LogLine[])))
    await once(socket, 'open')
    await client.chat(askOf('fast'), { headers: { 'x-correlation-id': 'live' } })
    await expect
      .poll(() => heard)
      .toContainEqual(expect.objectContaining({ kind: 'request', correlationId: 'live', status: 200 }))
    socket.close()
  })

  it('has none of what was planted in prompt, answer, key, header and the error of a backend', async () => {
    const before = (await lines()).length
    const planted = { headers: { 'x-note': CANARY, 'user-agent': CANARY } }
    const content = [{ role: 'user', content: `${CANARY} says hello` }]
    await client.chat({ model: 'fast', messages: content }, planted)
    await client.chat({ model: 'broken', messages: content }, planted)
    await client.chat({ model: CANARY, messages: content }, planted)
    await client.chat({ model: 'fast', messages: content }, { key: CANARY, ...planted })
    await expect.poll(async () => (await lines()).length).toBeGreaterThanOrEqual(before + 3)
    for (const name of await readdir(logs())) {
      const text = await readFile(join(logs(), name), 'utf8')
      expect(text).not.toContain(CANARY)
      for (const secret of [...Object.values(secrets), gateway.clientKey]) expect(text).not.toContain(secret)
    }
  })
})
