import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../../../../src/errors.ts'
import { forwardStream } from '../../../../src/pipeline/forward/forward-stream.ts'
import { BackendUnreachable } from '../../../../src/ports.ts'
import { chunk, DONE, frame, ROLE, text } from '../../../upstream/reply.ts'
import { type ControlledStream, controlledStream } from '../../controlled-stream.ts'
import { makeModel } from '../../make-snapshot.ts'
import type { Backend } from '../../scripted-ports.ts'
import { type ExchangeFields, GPU, makeExchange, SPARE, type TestExchange } from './make-exchange.ts'

const STOP = chunk({ finish: 'stop' })
const WHOLE = ROLE + text('hi') + STOP + DONE
const TIMEOUTS = { connectMs: 3000, firstTokenMs: 20_000, idleMs: 5000, totalMs: 60_000 }

let running: TestExchange | null = null

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
})
afterEach(async () => {
  if (running !== null) {
    await Promise.all(running.ports.deferred)
    expect(vi.getTimerCount(), 'timers left').toBe(0)
  }
  running = null
  vi.useRealTimers()
})

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

interface Running {
  exchange: TestExchange
  /** Undefined while headers are held. */
  response: () => Response | undefined
  /** What the client has received. */
  received: () => string
  ended: () => 'no' | 'closed' | 'broken'
  read: () => Promise<void>
  leave: () => Promise<void>
}

/** Starts a stream; its client reads all that comes, or only when told to. */
function start(
  backends: Record<string, Backend>,
  fields: ExchangeFields = {},
  pace: 'eager' | 'slow' = 'eager',
): Running {
  const model = makeModel({ targets: [GPU, SPARE], timeouts: TIMEOUTS, keepAliveMs: 0, ...fields.model })
  const exchange = makeExchange(backends, { body: '{"model":"safe","stream":true}', ...fields, model })
  running = exchange
  let response: Response | undefined
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let received = ''
  let ended: 'no' | 'closed' | 'broken' = 'no'
  const decoder = new TextDecoder()
  const read = async (): Promise<void> => {
    try {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) ended = 'closed'
      else received += decoder.decode(value, { stream: true })
    } catch {
      ended = 'broken'
    }
  }
  void forwardStream(exchange).then(async (answer) => {
    response = answer
    reader = answer.body?.getReader()
    while (pace === 'eager' && ended === 'no') await read()
  })
  return {
    exchange,
    response: () => response,
    received: () => received,
    ended: () => ended,
    read,
    leave: async () => reader?.cancel(),
  }
}

/** A backend whose answers are sent by hand; one stream per request it got. */
function byHand(): { backend: Backend; streams: ControlledStream[]; signals: AbortSignal[] } {
  const streams: ControlledStream[] = []
  const signals: AbortSignal[] = []
  const backend: Backend = ({ signal }) => {
    const stream = controlledStream(signal)
    streams.push(stream)
    signals.push(signal)
    return stream.response
  }
  return { backend, streams, signals }
}

const answering: Backend = () => new Response(WHOLE, { headers: { 'content-type': 'text/event-stream' } })
const silent: Backend = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
const events = (body: string): Backend => {
  return () => new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}
const single: ExchangeFields = { model: makeModel({ targets: [GPU], timeouts: TIMEOUTS, keepAliveMs: 0 }) }

/** The error frame that a failure after the commit must end with. */
function errorFrame(code: string): RegExp {
  return new RegExp(
    String.raw`(?:^|\n\n)data: \{"error":\{"message":"[^"]+","type":"upstream_error","param":null,"code":"${code}"\}\}\n\n$`,
  )
}

describe('before the first content', () => {
  it('holds the headers, then passes on every byte', async () => {
    const { backend, streams } = byHand()
    const run = start({ gpu: backend })
    await settle()
    await streams[0]?.send(`: loading\n\n${ROLE}`)
    await settle()
    expect(run.response()).toBeUndefined()
    await streams[0]?.send(text('hi'))
    await settle()
    expect(run.response()?.status).toBe(200)
    expect(Object.fromEntries(run.response()?.headers ?? [])).toEqual({
      'cache-control': 'no-store',
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'x-aicc-backend': 'gpu',
      'x-aicc-model': 'safe',
    })
    await streams[0]?.send(STOP + DONE)
    await streams[0]?.end()
    await settle()
    expect(run.received()).toBe(`: loading\n\n${WHOLE}`)
    expect(run.ended()).toBe('closed')
    expect(run.exchange.ports.events).toEqual([])
  })

  const cures: { name: string; backend: Backend; code: string; status?: number }[] = [
    {
      name: 'cannot be reached',
      backend: () => Promise.reject(new BackendUnreachable('ECONNREFUSED')),
      code: 'upstream_unreachable',
    },
    { name: 'answers 500', backend: () => new Response('', { status: 500 }), code: 'upstream_error' },
    {
      name: 'answers 503',
      backend: () => new Response('', { status: 503 }),
      code: 'upstream_error',
      status: 503,
    },
    {
      name: 'refuses our key',
      backend: () => new Response('', { status: 401 }),
      code: 'upstream_auth_failed',
    },
    {
      name: 'is busy',
      backend: () => new Response('{}', { status: 429 }),
      code: 'upstream_error',
      status: 429,
    },
    { name: 'sends JSON', backend: () => Response.json({ choices: [] }), code: 'upstream_invalid_answer' },
    { name: 'sends no body', backend: () => new Response(null), code: 'upstream_invalid_answer' },
    { name: 'ends at once', backend: events(''), code: 'upstream_invalid_answer' },
    { name: 'ends after the role', backend: events(ROLE), code: 'upstream_invalid_answer' },
    {
      name: 'ends in the middle of an event',
      backend: events('data: {"choices":[{"delta":{"content":"h'),
      code: 'upstream_invalid_answer',
    },
    { name: 'sends garbage', backend: events('data: <html>\n\n'), code: 'upstream_invalid_answer' },
    {
      name: 'sends an error',
      backend: events(ROLE + frame({ error: { message: 'no memory' } })),
      code: 'upstream_error',
    },
    {
      name: 'breaks off',
      backend: ({ signal }) => {
        const stream = controlledStream(signal)
        void stream.send(ROLE).then(() => stream.break())
        return stream.response
      },
      code: 'upstream_interrupted',
    },
  ]

  it.each(cures)('another target answers for one that $name', async ({ backend, code }) => {
    const run = start({ gpu: backend, spare: answering })
    await settle()
    expect(run.received()).toBe(WHOLE)
    expect(run.response()?.headers.get('x-aicc-backend')).toBe('spare')
    expect(run.exchange.ports.events).toMatchObject([
      { event: 'attempt-failed', backend: 'gpu', cause: code },
    ])
  })

  it.each(cures)(
    'an ordinary error answers for the only one, which $name',
    async ({ backend, code, status = 502 }) => {
      const run = start({ gpu: backend }, single)
      await settle()
      expect(run.response()?.status).toBe(status)
      expect(run.response()?.headers.get('content-type')).toMatch(/^application\/json/)
      expect(run.received()).toMatch(/^\{"error":\{"message":/)
      expect(run.exchange.ports.events).toMatchObject([
        { event: 'attempt-failed', cause: code },
        { event: 'stream-broken' },
      ])
    },
  )

  it('asks no other target about a request that is at fault', async () => {
    const run = start({
      gpu: () => Response.json({ error: { message: 'too long', code: 'context' } }, { status: 400 }),
      spare: answering,
    })
    await settle()
    expect(run.response()?.status).toBe(400)
    expect(JSON.parse(run.received())).toMatchObject({ error: { message: 'too long', code: 'context' } })
    expect(run.exchange.ports.calls).toHaveLength(1)
  })

  it('gives up on a slow target, closes its connection, and takes the next', async () => {
    const { backend, streams, signals } = byHand()
    const run = start({ gpu: backend, spare: answering })
    await settle()
    await streams[0]?.send(ROLE)
    await vi.advanceTimersByTimeAsync(19_999)
    expect(signals[0]?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(signals[0]?.aborted).toBe(true)
    expect(run.received()).toBe(WHOLE)
  })

  it.each([
    { name: 'no headers', backend: silent },
    { name: 'no content', backend: byHand().backend },
  ])('counts $name from each target for itself', async ({ backend }) => {
    const run = start({ gpu: backend, spare: backend })
    await vi.advanceTimersByTimeAsync(39_999)
    expect(run.response()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(run.response()?.status).toBe(504)
    expect(run.exchange.ports.calls.map((call) => call.request.signal.aborted)).toEqual([true, true])
  })

  it('asks no further target when the whole time is up', async () => {
    const timeouts = { ...TIMEOUTS, totalMs: 25_000 }
    const run = start(
      { gpu: silent, spare: silent },
      { model: makeModel({ targets: [GPU, SPARE, GPU], timeouts, keepAliveMs: 0 }) },
    )
    await vi.advanceTimersByTimeAsync(24_999)
    expect(run.response()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(run.response()?.status).toBe(504)
    expect(run.exchange.ports.calls).toHaveLength(2)
  })

  it('commits to a backend that says much and no content', async () => {
    const { backend, streams } = byHand()
    const run = start({ gpu: backend })
    await settle()
    const loading = `: ${'.'.repeat(1000)}\n\n`
    let sent = ''
    for (let i = 0; i < 70; i += 1) {
      void streams[0]?.send(loading)
      sent += loading
      await settle()
    }
    expect(run.response()?.status).toBe(200)
    await streams[0]?.send(WHOLE)
    await streams[0]?.end()
    await settle()
    expect(run.received()).toBe(sent + WHOLE)
  })
})

describe('after the first content', () => {
  async function begun(
    fields: ExchangeFields = {},
  ): Promise<Running & { stream: ControlledStream; signal: AbortSignal }> {
    const { backend, streams, signals } = byHand()
    const run = start({ gpu: backend, spare: answering }, fields)
    await settle()
    const [stream] = streams
    const [signal] = signals
    if (stream === undefined || signal === undefined) throw new Error('the backend was not asked')
    await stream.send(text('a'))
    await settle()
    return { ...run, stream, signal }
  }

  it.each([
    { name: 'is cut', last: '', end: 'break' },
    { name: 'is cut within an event', last: 'data: {"choi', end: 'break' },
    { name: 'ends without a finish', last: text('b'), end: 'end' },
    { name: 'ends within an event', last: `${STOP}data: {"choi`, end: 'end' },
  ] as const)('a stream that $name ends in an error frame', async ({ last, end }) => {
    const run = await begun()
    if (last !== '') await run.stream.send(last)
    await settle()
    await run.stream[end]()
    await settle()
    expect(run.ended()).toBe('closed')
    expect(run.received()).toMatch(errorFrame('upstream_interrupted'))
    const passed = run.received().slice(0, run.received().lastIndexOf('data: {"error"'))
    expect(text('a') + last).toContain(passed)
    expect(run.exchange.ports.calls).toHaveLength(1)
    expect(run.exchange.ports.events).toMatchObject([
      { event: 'stream-broken', cause: 'upstream_interrupted' },
    ])
    expect(run.signal.aborted).toBe(true)
  })

  it.each([
    { name: '[DONE]', last: STOP + DONE, added: '' },
    { name: '[DONE] without a blank line', last: `${STOP}data: [DONE]`, added: '' },
    { name: 'a finish reason', last: STOP, added: DONE },
    { name: 'a finish reason and usage', last: STOP + chunk({ usage: { total_tokens: 3 } }), added: DONE },
    { name: 'a finish reason without a blank line', last: STOP.trimEnd(), added: `\n\n${DONE}` },
    { name: 'an error of its own', last: frame({ error: { message: 'x' } }), added: DONE },
  ])('a stream that ends with $name is complete', async ({ last, added }) => {
    const run = await begun()
    await run.stream.send(last)
    await run.stream.end()
    await settle()
    expect(run.received()).toBe(text('a') + last + added)
    expect(run.ended()).toBe('closed')
    expect(run.exchange.ports.events).toEqual([])
  })

  it('ends a stream that goes silent', async () => {
    const run = await begun()
    await vi.advanceTimersByTimeAsync(4999)
    expect(run.ended()).toBe('no')
    await vi.advanceTimersByTimeAsync(1)
    expect(run.received()).toMatch(errorFrame('upstream_timeout'))
    expect(run.ended()).toBe('closed')
    expect(run.signal.aborted).toBe(true)
  })

  it('counts every chunk as a sign of life, also one that ends no event', async () => {
    const run = await begun()
    for (let i = 0; i < 8; i += 1) {
      await vi.advanceTimersByTimeAsync(4900)
      await run.stream.send(i % 2 === 0 ? 'data: {"choices":[]' : '}\n\n')
    }
    await settle()
    expect(run.ended()).toBe('no')
    await run.stream.send(STOP + DONE)
    await run.stream.end()
    await settle()
    expect(run.ended()).toBe('closed')
  })

  it('ends at the total time however lively the stream is', async () => {
    const run = await begun()
    for (let i = 0; i < 15; i += 1) {
      await vi.advanceTimersByTimeAsync(4000)
      if (run.ended() === 'no') run.stream.send(text('b')).catch(() => {})
    }
    expect(run.received()).toMatch(errorFrame('upstream_timeout'))
    expect(run.ended()).toBe('closed')
    expect(run.signal.aborted).toBe(true)
  })
})

describe('keep-alive', () => {
  const COMMENT = ': keep-alive\n\n'
  const model = makeModel({
    targets: [GPU, SPARE],
    timeouts: { ...TIMEOUTS, idleMs: 50_000 },
    keepAliveMs: 10_000,
  })

  it('commits after a silence, and goes on at its pace', async () => {
    const { backend, streams } = byHand()
    const run = start(
      { gpu: backend },
      { model: { ...model, timeouts: { ...model.timeouts, firstTokenMs: 40_000 } } },
    )
    await vi.advanceTimersByTimeAsync(9999)
    expect(run.response()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(run.response()?.status).toBe(200)
    expect(run.response()?.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(run.response()?.headers.get('x-aicc-backend')).toBeNull()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(run.received()).toBe(COMMENT + COMMENT)
    await streams[0]?.send(WHOLE)
    await streams[0]?.end()
    await settle()
    expect(run.received()).toBe(COMMENT + COMMENT + WHOLE)
  })

  it('still tries the next target, and shows the last failure as a frame', async () => {
    const run = start({ gpu: silent, spare: silent }, { model })
    await vi.advanceTimersByTimeAsync(40_000)
    expect(run.response()?.status).toBe(200)
    expect(run.exchange.ports.calls.map((call) => call.backend)).toEqual(['gpu', 'spare'])
    expect(run.received()).toMatch(errorFrame('upstream_timeout'))
    expect(run.ended()).toBe('closed')
  })

  it('speaks between events, never within one that is already on its way', async () => {
    const { backend, streams } = byHand()
    const run = start({ gpu: backend }, { model })
    await settle()
    await streams[0]?.send(text('a'))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(run.received()).toBe(text('a') + COMMENT)
    const long = `data: {"choices":[],"x":"${'y'.repeat(70_000)}`
    await streams[0]?.send(long)
    await vi.advanceTimersByTimeAsync(25_000)
    expect(run.received()).toBe(text('a') + COMMENT + long)
    await streams[0]?.send(`"}\n\n`)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(run.received()).toBe(`${text('a')}${COMMENT}${long}"}\n\n${COMMENT}`)
    await streams[0]?.send(STOP + DONE)
    await streams[0]?.end()
    await settle()
    expect(run.received().endsWith(STOP + DONE)).toBe(true)
  })

  it('is off at 0', async () => {
    const run = start(
      { gpu: silent },
      { model: makeModel({ targets: [GPU], timeouts: TIMEOUTS, keepAliveMs: 0 }) },
    )
    await vi.advanceTimersByTimeAsync(19_999)
    expect(run.response()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
  })
})

describe('a client that goes away', () => {
  it.each([
    { name: 'before the headers', backend: silent },
    { name: 'before the first content', backend: byHand().backend },
  ])('$name closes the upstream and asks no other', async ({ backend }) => {
    const client = new AbortController()
    const run = start({ gpu: backend, spare: answering }, { clientSignal: client.signal })
    await settle()
    client.abort()
    await settle()
    expect(run.exchange.ports.calls.map((call) => call.request.signal.aborted)).toEqual([true])
    expect(run.exchange.ports.events).toEqual([])
  })

  it.each(['cancels its body', 'is reported by the runtime'])(
    'in mid-stream and %s closes the upstream',
    async (how) => {
      const client = new AbortController()
      const { backend, streams, signals } = byHand()
      const run = start({ gpu: backend }, { clientSignal: client.signal })
      await settle()
      await streams[0]?.send(text('a'))
      await settle()
      if (how === 'cancels its body') {
        await run.leave()
        streams[0]?.send(text('b')).catch(() => {})
      } else client.abort()
      await settle()
      expect(signals[0]?.aborted).toBe(true)
      expect(run.exchange.ports.events).toEqual([])
    },
  )

  it('before anything was asked asks nobody', async () => {
    const run = start({ gpu: answering }, { clientSignal: AbortSignal.abort() })
    await settle()
    expect(run.exchange.ports.calls).toEqual([])
  })
})

describe('a slow reader', () => {
  it('holds the upstream back instead of filling memory', async () => {
    let pulled = 0
    const flood: Backend = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          pull(controller) {
            pulled += 1
            controller.enqueue(new TextEncoder().encode(text('x'.repeat(1000))))
          },
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      )
    const run = start({ gpu: flood }, single, 'slow')
    await settle()
    for (let i = 0; i < 20; i += 1) await run.read()
    await settle()
    expect(pulled).toBeLessThan(30)
    await run.leave()
    await settle()
  })

  it('that takes nothing for the idle time is dropped', async () => {
    const { backend, streams, signals } = byHand()
    const run = start({ gpu: backend }, single, 'slow')
    await settle()
    void streams[0]?.send(text('a'))
    await vi.advanceTimersByTimeAsync(4999)
    expect(signals[0]?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(signals[0]?.aborted).toBe(true)
    await run.read()
    expect(run.ended()).toBe('broken')
  })
})

it('reports a defect of its own as one', async () => {
  const run = start({ gpu: answering }, { table: { backends: {} } })
  await settle()
  expect(run.response()?.status).toBe(500)
  expect(run.exchange.ports.events).toMatchObject([{ event: 'internal-error' }])
  expect(JSON.parse(run.received())).toEqual(
    new GatewayError('internal_error', 'The gateway failed. This is a defect of aicc.').toBody(),
  )
})
