/** The mock upstream itself: what other suites conclude rests on it. */
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startUpstream } from '../upstream/recording-upstream.ts'
import type { RecordingUpstream } from '../upstream/recording-upstream.ts'
import { DONE, ROLE, chunk, completion, json, paced, text } from '../upstream/reply.ts'

describe('recording upstream', () => {
  let upstream: RecordingUpstream
  beforeAll(async () => void (upstream = await startUpstream()))
  afterAll(async () => await upstream.close())

  async function post(model: string): Promise<IncomingMessage> {
    return await new Promise((resolve, reject) => {
      const outgoing = request(`${upstream.origin}/v1/chat/completions`, { method: 'POST' }, resolve)
      outgoing.once('error', reject)
      outgoing.end(JSON.stringify({ model, x: 1 }))
    })
  }

  async function read(body: IncomingMessage): Promise<string> {
    let all = ''
    for await (const part of body) all += String(part)
    return all
  }

  it('answers by model id and records bytes, headers and connection', async () => {
    upstream.reply('scripted', completion('scripted answer'))
    const answer = await post('scripted')
    expect(await read(answer)).toContain('scripted answer')
    const [seen] = upstream.requestsFor('scripted')
    expect(seen?.body.toString()).toBe('{"model":"scripted","x":1}')
    expect(seen?.path).toBe('/v1/chat/completions')
    expect(seen?.rawHeaders).toContain('Host')
    expect((await upstream.waitFor('scripted', (r) => r.closedAt !== null)).aborted).toBe(false)
    expect(upstream.connections()).toBeGreaterThan(0)
  })

  it('sends whole streams, statuses and headers', async () => {
    upstream.reply('stream', paced(3, 1))
    expect(await read(await post('stream'))).toBe(
      [ROLE, text('w0 '), text('w1 '), text('w2 '), chunk({ finish: 'stop' }), DONE].join(''),
    )
    upstream.reply('error', json(429, { error: 'busy' }, { 'retry-after': '7' }))
    const answer = await post('error')
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '7'])
    await read(answer)
  })

  it('cuts before the headers and in the middle of a body', async () => {
    upstream.reply('cut-early', [{ cut: true }])
    await expect(post('cut-early')).rejects.toThrow('socket hang up')
    upstream.reply('cut-late', [{ send: text('half') }, { at: 30 }, { cut: true }])
    await expect(read(await post('cut-late'))).rejects.toThrow('aborted')
  })

  it('sees the other side leave, and counts only the bytes it took', async () => {
    upstream.reply('flood', [{ flood: 64 * 1024 * 1024 }])
    const answer = await post('flood')
    answer.pause()
    const open = await upstream.waitFor('flood', (r) => r.sentBytes > 0)
    expect(open.sentBytes).toBeLessThan(32 * 1024 * 1024)
    answer.destroy()
    expect((await upstream.waitFor('flood', (r) => r.closedAt !== null)).aborted).toBe(true)
  })
})
