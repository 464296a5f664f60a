/** What becomes of a session on the server when the client goes away. */
import { describe, expect, it } from 'vitest'
import { BACKEND_KINDS } from '../../../../src/backends/kind.ts'
import type { BackendRequest } from '../../../../src/ports.ts'
import type { Backend } from '../../../../src/table/route-table.ts'

const BACKEND: Backend = {
  kind: 'opencode',
  origin: 'http://127.0.0.1:4096',
  basePath: '/v1',
  key: null,
  tls: null,
  health: null,
  models: {},
  limits: null,
  slots: null,
  wake: null,
}

function event(type: string, properties: object): string {
  return `data: ${JSON.stringify({ type, properties: { sessionID: 'ses_1', ...properties } })}\n\n`
}

/** Says some words, and goes on for ever. */
function wordy(signal: AbortSignal): Response {
  const head =
    event('server.connected', {}) + event('message.updated', { info: { id: 'm', role: 'assistant' } })
  const part = { id: 'p', messageID: 'm', type: 'text', text: '' }
  const words = Array.from({ length: 9 }, () =>
    event('message.part.delta', { partID: 'p', field: 'text', delta: 'a ' }),
  )
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const said = head + event('message.part.updated', { part }) + words.join('')
      for (const piece of said.split(/(?<=\n\n)/)) controller.enqueue(new TextEncoder().encode(piece))
      signal.addEventListener('abort', () => controller.error(signal.reason))
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

async function aborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

/** An OpenCode server with one session; writes down what it is asked for. */
async function ask(stream: boolean, made: Promise<unknown> = Promise.resolve()) {
  const calls: string[] = []
  const deferred: Promise<unknown>[] = []
  const client = new AbortController()
  const fetch = async ({ method, path, signal }: BackendRequest): Promise<Response> => {
    signal.throwIfAborted()
    calls.push(`${method} ${path}`)
    if (path === '/event') return wordy(signal)
    if (path === '/session/status') return Response.json({})
    if (path !== '/session') return new Response('')
    await Promise.race([made, aborted(signal)])
    return Response.json({ id: 'ses_1' })
  }
  const request: BackendRequest = {
    method: 'POST',
    origin: 'http://127.0.0.1:4096',
    path: '/v1/chat/completions',
    headers: {},
    body: JSON.stringify({ model: 'p/m', stream, messages: [{ role: 'user', content: 'hi' }] }),
    signal: client.signal,
    connectTimeoutMs: 1000,
  }
  const { respond } = BACKEND_KINDS.opencode
  const answer = respond?.(request, {
    backend: BACKEND,
    fetch,
    defer: (work) => void deferred.push(Promise.resolve(work)),
  })
  const reached = async (call: string): Promise<void> => {
    while (!calls.includes(call)) await Promise.resolve()
  }
  return { calls, client, answer, reached, settled: () => Promise.allSettled(deferred) }
}

describe('the client goes away', () => {
  it('and nobody reads on: the session is ended and deleted all the same', async () => {
    const { calls, client, answer, settled } = await ask(true)
    const reader = (await answer)?.body?.getReader()
    await reader?.read()
    client.abort(new Error('gone'))
    await settled()
    expect(calls.slice(-3)).toEqual([
      'POST /session/ses_1/abort',
      'GET /session/status',
      'DELETE /session/ses_1',
    ])
  })

  it('while the answer is waited for', async () => {
    const { calls, client, answer, reached, settled } = await ask(false)
    await reached('POST /session/ses_1/prompt_async')
    client.abort(new Error('gone'))
    await expect(answer).rejects.toThrow('gone')
    await settled()
    expect(calls.filter((call) => call.startsWith('DELETE'))).toEqual(['DELETE /session/ses_1'])
  })

  it('while the session is made: what is made then is deleted, and nobody waits for it', async () => {
    const { promise: made, resolve } = Promise.withResolvers<void>()
    const { calls, client, answer, reached, settled } = await ask(true, made)
    await reached('POST /session')
    client.abort(new Error('gone'))
    await expect(answer).rejects.toThrow('gone')
    resolve()
    await settled()
    expect(calls.at(-1)).toBe('DELETE /session/ses_1')
    expect(calls).not.toContain('POST /session/ses_1/prompt_async')
  })
})
