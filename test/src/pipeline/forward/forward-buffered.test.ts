import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { forwardBuffered } from '../../../../src/pipeline/forward/forward-buffered.ts'
import { NO_TALLY, type Tally } from '../../../../src/pipeline/meter/tally.ts'
import { BackendUnreachable } from '../../../../src/ports.ts'
import { controlledStream } from '../../controlled-stream.ts'
import { rejectionOf } from '../../error-of.ts'
import { makeModel } from '../../make-snapshot.ts'
import type { Backend } from '../../scripted-ports.ts'
import { GPU, makeExchange, SPARE, type TestExchange } from './make-exchange.ts'
import { byHand, silent } from './stream-run.ts'

const ANSWER = '{ "id" : "x" }'
const MIB = 1024 * 1024
const timeouts = { connectMs: 3000, firstTokenMs: 20_000, idleMs: 5000, totalMs: 60_000 }
const both = makeModel({ timeouts })

let exchange: TestExchange

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(async () => {
  await Promise.all(exchange.ports.deferred)
  expect(vi.getTimerCount(), 'timers left').toBe(0)
  vi.useRealTimers()
})

function forward(
  backends: Record<string, Backend>,
  client = new AbortController(),
  bill: Tally = NO_TALLY,
): Promise<Response> {
  exchange = makeExchange(backends, { model: both, client, bill })
  return forwardBuffered(exchange)
}

const answering: Backend = () => new Response(ANSWER, { headers: { 'content-type': 'application/json' } })

/** A body of a declared length, of which so many bytes arrive. */
function sized(declared: number, sent: number): Backend {
  return () => new Response(new Uint8Array(sent), { headers: { 'content-length': String(declared) } })
}

describe('an answer up to 1 MiB', () => {
  it.each([
    { name: 'with its length', headers: { 'content-length': String(ANSWER.length) } },
    { name: 'without', headers: {} },
  ])('arrives whole, $name', async ({ headers }) => {
    const response = await forward({
      gpu: () =>
        new Response(ANSWER, { status: 201, headers: { ...headers, 'content-type': 'application/json' } }),
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('x-aicc-backend')).toBe('gpu')
    expect(await response.text()).toBe(ANSWER)
  })

  it.each([
    {
      name: 'cannot be reached',
      backend: () => Promise.reject(new BackendUnreachable('off')),
      code: 'upstream_unreachable',
    },
    {
      name: 'answers with a page',
      backend: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      code: 'upstream_invalid_answer',
    },
    {
      name: 'answers 204',
      backend: () => new Response(null, { status: 204 }),
      code: 'upstream_invalid_answer',
    },
    { name: 'answers 500', backend: () => new Response('', { status: 500 }), code: 'upstream_error' },
    { name: 'sends less than it said', backend: sized(100, 99), code: 'upstream_interrupted' },
    { name: 'sends more than it said', backend: sized(100, 101), code: 'upstream_interrupted' },
    {
      name: 'breaks off',
      backend: ({ signal }) => {
        const stream = controlledStream(signal, { headers: { 'content-type': 'application/json' } })
        void stream.send('{"half"').then(() => stream.break())
        return stream.response
      },
      code: 'upstream_interrupted',
    },
  ] satisfies { name: string; backend: Backend; code: string }[])(
    'comes from another target when one $name',
    async ({ backend, code }) => {
      const response = await forward({ gpu: backend, spare: answering })
      expect(await response.text()).toBe(ANSWER)
      expect(response.headers.get('x-aicc-backend')).toBe('spare')
      expect(exchange.ports.events).toMatchObject([{ event: 'attempt-failed', backend: 'gpu', cause: code }])
    },
  )

  it.each([
    { name: 'an error', body: '{"error":{"message":"no"}}', failed: 'gpu/coder error' },
    { name: 'half an answer', body: '{"choices":[', failed: 'gpu/coder error' },
  ])('that is $name inside a 200 is another target’s business', async ({ body, failed }) => {
    const gpu: Backend = () => new Response(body, { headers: { 'content-type': 'application/json' } })
    const response = await forward({ gpu, spare: answering })
    expect([response.headers.get('x-aicc-backend'), response.headers.get('x-aicc-failed')]).toEqual([
      'spare',
      failed,
    ])
  })

  it('that gets stuck is another target’s business, one that has not begun is waited for', async () => {
    const { backend, streams } = byHand('application/json')
    const answer = forward({ gpu: backend, spare: answering })
    await vi.advanceTimersByTimeAsync(timeouts.idleMs * 3)
    await streams[0]?.send('{"choices":')
    await vi.advanceTimersByTimeAsync(timeouts.idleMs * 2)
    const response = await answer
    expect(response.headers.get('x-aicc-failed')).toBe('gpu/coder timeout')
    expect(await response.text()).toBe(ANSWER)
  })

  it('that a filter held back is the client’s, unless a fallback is for that', async () => {
    const choice = { message: { content: null }, finish_reason: 'content_filter' }
    const body = JSON.stringify({ choices: [choice] })
    const gpu: Backend = () => new Response(body, { headers: { 'content-type': 'application/json' } })
    expect(await (await forward({ gpu, spare: answering })).text()).toBe(body)
    const fallback = [{ target: SPARE, on: ['content-filter'] as const }]
    exchange = makeExchange({ gpu, spare: answering }, { model: both, pool: [GPU], fallback })
    expect(await (await forwardBuffered(exchange)).text()).toBe(ANSWER)
  })

  it('is the error of the last target when none answers', async () => {
    const busy: Backend = () => new Response('{"error":{"message":"busy"}}', { status: 503 })
    expect(await rejectionOf(forward({ gpu: busy, spare: busy }))).toMatchObject({
      code: 'upstream_error',
      status: 503,
      message: 'Backend `spare` answered 503: busy',
    })
  })

  it('is no other target’s business when the request is at fault', async () => {
    const refusing: Backend = () => Response.json({ error: { message: 'no' } }, { status: 400 })
    expect(await rejectionOf(forward({ gpu: refusing, spare: answering }))).toMatchObject({ status: 400 })
    expect(exchange.ports.calls).toHaveLength(1)
  })

  it.each([
    { name: 'no headers come', backend: silent },
    { name: 'the body does not end', backend: byHand('application/json').backend },
  ])('is given up when the whole time is over and $name', async ({ backend }) => {
    let error: unknown
    void rejectionOf(forward({ gpu: backend, spare: answering })).then((reason) => (error = reason))
    await vi.advanceTimersByTimeAsync(59_999)
    expect(error).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(error).toMatchObject({ code: 'upstream_timeout', status: 504 })
    expect(exchange.ports.calls.map((call) => call.request.signal.aborted)).toEqual([true])
  })

  it.each([
    { name: 'before the headers', backend: silent },
    { name: 'within the body', backend: byHand('application/json').backend },
  ])('is dropped when the client leaves $name', async ({ backend }) => {
    const client = new AbortController()
    const forwarding = rejectionOf(forward({ gpu: backend, spare: answering }, client))
    await vi.advanceTimersByTimeAsync(0)
    client.abort()
    expect(await forwarding).toBeInstanceOf(Error)
    expect(exchange.ports.calls.map((call) => call.request.signal.aborted)).toEqual([true])
  })

  it('is not asked for by a client that has left already', async () => {
    const gone = new AbortController()
    gone.abort()
    expect(await rejectionOf(forward({ gpu: silent }, gone))).toBeInstanceOf(Error)
    expect(exchange.ports.calls.every((call) => call.request.signal.aborted)).toBe(true)
  })
})

describe('a larger answer', () => {
  /** Twelve pieces of 256 KiB, each of one letter; counts what was asked for. */
  function large(declared: boolean): { backend: Backend; pulled: () => number } {
    let pulled = 0
    const backend: Backend = ({ signal }) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          signal.addEventListener('abort', () => controller.error(signal.reason))
        },
        pull(controller) {
          if (pulled === 12) controller.close()
          else controller.enqueue(new Uint8Array(MIB / 4).fill(65 + pulled))
          pulled += 1
        },
      })
      return new Response(body, { headers: declared ? { 'content-length': String(3 * MIB) } : {} })
    }
    return { backend, pulled: () => pulled }
  }

  it.each([true, false])('goes through as it comes, every byte; length declared: %s', async (declared) => {
    const { backend } = large(declared)
    const response = await forward({ gpu: backend })
    const bytes = new Uint8Array(await response.arrayBuffer())
    const expected = Uint8Array.from({ length: 3 * MIB }, (_, i) => 65 + Math.floor(i / (MIB / 4)))
    expect(Buffer.compare(bytes, expected)).toBe(0)
  })

  it('waits for its reader, and is dropped when that takes nothing', async () => {
    const { backend, pulled } = large(false)
    const response = await forward({ gpu: backend })
    await vi.advanceTimersByTimeAsync(0)
    expect(pulled()).toBeLessThan(8)
    await vi.advanceTimersByTimeAsync(5000)
    expect(await rejectionOf(response.arrayBuffer())).toBeInstanceOf(Error)
  })

  it('breaks the connection when the backend breaks off', async () => {
    const { backend, streams } = byHand('application/json')
    const forwarding = forward({ gpu: backend, spare: answering })
    await vi.advanceTimersByTimeAsync(0)
    await streams[0]?.send(new Uint8Array(MIB + 1))
    const response = await forwarding
    const reading = rejectionOf(response.arrayBuffer())
    await streams[0]?.break()
    expect(await reading).toBeInstanceOf(Error)
    expect(exchange.ports.calls).toHaveLength(1)
  })

  it.each([
    { name: 'goes silent', after: 5000, lively: false },
    { name: 'takes more than the whole time', after: 60_000, lively: true },
  ])('is cut when the backend $name', async ({ after, lively }) => {
    const { backend, streams } = byHand('application/json')
    const forwarding = forward({ gpu: backend })
    await vi.advanceTimersByTimeAsync(0)
    await streams[0]?.send(new Uint8Array(MIB + 1))
    const response = await forwarding
    let ended = false
    void rejectionOf(response.arrayBuffer()).then(() => (ended = true))
    for (let at = 1000; at < after; at += 1000) {
      await vi.advanceTimersByTimeAsync(1000)
      if (lively) await streams[0]?.send(new Uint8Array(1))
    }
    expect(ended).toBe(false)
    await vi.advanceTimersByTimeAsync(1000)
    expect(ended).toBe(true)
    expect(await rejectionOf(streams[0]?.send(new Uint8Array(1)) ?? Promise.resolve())).toBeInstanceOf(Error)
  })

  it.each([
    {
      name: 'by its client, of whom nobody has heard yet',
      cut: async (response: Response) => response.body?.cancel(),
      error: 'client_gone',
    },
    {
      name: 'because nothing comes any more',
      cut: async (response: Response) => {
        void rejectionOf(response.arrayBuffer())
        await vi.advanceTimersByTimeAsync(5000)
      },
      error: 'upstream_interrupted',
    },
  ])('says by whom it was cut: $name', async ({ cut, error }) => {
    const { backend, streams } = byHand('application/json')
    const errors: string[] = []
    const bill: Tally = { ...NO_TALLY, broke: (code) => void errors.push(code) }
    const forwarding = forward({ gpu: backend }, undefined, bill)
    await vi.advanceTimersByTimeAsync(0)
    await streams[0]?.send(new Uint8Array(MIB + 1))
    await cut(await forwarding)
    await rejectionOf(streams[0]?.send(new Uint8Array(MIB)) ?? Promise.resolve())
    await vi.advanceTimersByTimeAsync(0)
    expect(errors).toEqual([error])
  })

  it('is dropped when its client leaves', async () => {
    const client = new AbortController()
    const { backend, streams } = byHand('application/json')
    const forwarding = forward({ gpu: backend }, client)
    await vi.advanceTimersByTimeAsync(0)
    await streams[0]?.send(new Uint8Array(MIB + 1))
    const response = await forwarding
    client.abort()
    expect(await rejectionOf(response.arrayBuffer())).toBeInstanceOf(Error)
    expect(exchange.ports.calls[0]?.request.signal.aborted).toBe(true)
  })
})
