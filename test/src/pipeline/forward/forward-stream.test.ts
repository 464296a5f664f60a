import { describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../../../../src/errors.ts'
import { NO_TALLY } from '../../../../src/pipeline/meter/tally.ts'
import { BackendUnreachable } from '../../../../src/ports.ts'
import { chunk, DONE, frame, ROLE, text } from '../../../upstream/reply.ts'
import { type ControlledStream, controlledStream } from '../../controlled-stream.ts'
import { makeModel, makeTarget } from '../../make-snapshot.ts'
import type { Backend } from '../../scripted-ports.ts'
import { type ExchangeFields, GPU, SPARE } from './make-exchange.ts'
import {
  byHand,
  errorFrame,
  letRun,
  silent,
  SINGLE,
  startStream,
  STOP,
  streaming,
  type StreamRun,
  TIMEOUTS,
  useStreamRuns,
  WHOLE,
} from './stream-run.ts'

useStreamRuns()

describe('before the first content', () => {
  it('holds the headers, then passes on every byte', async () => {
    const { backend, streams } = byHand()
    const run = startStream({ gpu: backend })
    await letRun()
    await streams[0]?.send(`: loading\n\n${ROLE}`)
    await letRun()
    expect(run.response()).toBeUndefined()
    await streams[0]?.send(text('hi'))
    await letRun()
    expect(run.response()?.status).toBe(200)
    expect(Object.fromEntries(run.response()?.headers ?? [])).toEqual({
      'cache-control': 'no-store',
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'x-aicc-attempts': '1',
      'x-aicc-backend': 'gpu',
      'x-aicc-model': 'safe',
      'x-aicc-overhead': expect.stringMatching(/^\d+\.\d\d$/),
      'x-correlation-id': 'test-1',
    })
    await streams[0]?.send(STOP + DONE)
    await streams[0]?.end()
    await letRun()
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
    { name: 'ends at once', backend: streaming(''), code: 'upstream_invalid_answer' },
    { name: 'ends after the role', backend: streaming(ROLE), code: 'upstream_invalid_answer' },
    {
      name: 'ends in the middle of an event',
      backend: streaming('data: {"choices":[{"delta":{"content":"h'),
      code: 'upstream_invalid_answer',
    },
    { name: 'sends garbage', backend: streaming('data: <html>\n\n'), code: 'upstream_invalid_answer' },
    {
      name: 'sends an error',
      backend: streaming(ROLE + frame({ error: { message: 'no memory' } })),
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
    const run = startStream({ gpu: backend, spare: streaming(WHOLE) })
    await letRun()
    expect(run.received()).toBe(WHOLE)
    expect(run.response()?.headers.get('x-aicc-backend')).toBe('spare')
    expect(run.exchange.ports.events).toMatchObject([
      { event: 'attempt-failed', backend: 'gpu', cause: code },
    ])
  })

  it.each(cures)(
    'an ordinary error answers for the only one, which $name',
    async ({ backend, code, status = 502 }) => {
      const run = startStream({ gpu: backend }, SINGLE)
      await letRun()
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
    const run = startStream({
      gpu: () => Response.json({ error: { message: 'too long', code: 'context' } }, { status: 400 }),
      spare: streaming(WHOLE),
    })
    await letRun()
    expect(run.response()?.status).toBe(400)
    expect(JSON.parse(run.received())).toMatchObject({ error: { message: 'too long', code: 'context' } })
    expect(run.exchange.ports.calls).toHaveLength(1)
  })

  it('gives up on a slow target, closes its connection, and takes the next', async () => {
    const { backend, streams, signals } = byHand()
    const run = startStream({ gpu: backend, spare: streaming(WHOLE) })
    await letRun()
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
    const run = startStream({ gpu: backend, spare: backend })
    await vi.advanceTimersByTimeAsync(39_999)
    expect(run.response()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(run.response()?.status).toBe(504)
    expect(run.exchange.ports.calls.map((call) => call.request.signal.aborted)).toEqual([true, true])
  })

  it('asks no further target when the whole time is up', async () => {
    const timeouts = { ...TIMEOUTS, totalMs: 25_000 }
    const run = startStream(
      { gpu: silent, spare: silent },
      { model: makeModel({ timeouts, keepAliveMs: 0 }), pool: [GPU, SPARE, GPU] },
    )
    await vi.advanceTimersByTimeAsync(24_999)
    expect(run.response()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(run.response()?.status).toBe(504)
    expect(run.exchange.ports.calls).toHaveLength(2)
  })

  it('commits to a backend that says much and no content', async () => {
    const { backend, streams } = byHand()
    const run = startStream({ gpu: backend })
    await letRun()
    const loading = `: ${'.'.repeat(1000)}\n\n`
    let sent = ''
    for (let i = 0; i < 70; i += 1) {
      void streams[0]?.send(loading)
      sent += loading
      await letRun()
    }
    expect(run.response()?.status).toBe(200)
    await streams[0]?.send(WHOLE)
    await streams[0]?.end()
    await letRun()
    expect(run.received()).toBe(sent + WHOLE)
  })
})

describe('after the first content', () => {
  async function begun(
    fields: ExchangeFields = {},
  ): Promise<StreamRun & { stream: ControlledStream; signal: AbortSignal }> {
    const { backend, streams, signals } = byHand()
    const run = startStream({ gpu: backend, spare: streaming(WHOLE) }, fields)
    await letRun()
    const [stream] = streams
    const [signal] = signals
    if (stream === undefined || signal === undefined) throw new Error('the backend was not asked')
    await stream.send(text('a'))
    await letRun()
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
    await letRun()
    await run.stream[end]()
    await letRun()
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
    await letRun()
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
    await letRun()
    expect(run.ended()).toBe('no')
    await run.stream.send(STOP + DONE)
    await run.stream.end()
    await letRun()
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

it('reports a defect of its own as one', async () => {
  const run = startStream({ gpu: streaming(WHOLE) }, { pool: [makeTarget({ backend: 'nowhere' })] })
  await letRun()
  expect(run.response()?.status).toBe(500)
  expect(run.exchange.ports.events).toMatchObject([{ event: 'internal-error' }])
  expect(JSON.parse(run.received())).toEqual(
    new GatewayError('internal_error', 'The gateway failed. This is a defect of aicc.').toBody(),
  )
})

describe('a failure in the last words', () => {
  const error = frame({ error: { message: 'boom', code: 500 } })
  it.each([
    { name: 'an error and the end', ending: error + DONE, times: 1 },
    { name: 'an error alone', ending: error, times: 1 },
    { name: 'an error without a blank line', ending: error.trimEnd(), times: 1 },
    { name: 'older vLLM', ending: frame({ object: 'error', message: 'boom' }) + DONE, times: 1 },
    { name: 'none', ending: STOP + DONE, times: 0 },
    { name: 'words about one', ending: text('"error": {"object":"error"}') + STOP + DONE, times: 0 },
    { name: 'no error, said', ending: frame({ error: null, choices: [] }) + STOP + DONE, times: 0 },
  ])('$name: is passed on, and counts $times', async ({ ending, times }) => {
    const broke = vi.fn<(code: string) => void>()
    const run = startStream({ gpu: streaming(ROLE + text('hi') + ending) }, { bill: { ...NO_TALLY, broke } })
    const ofHealth = vi.spyOn(run.exchange.health, 'broke')
    await letRun()
    expect(run.received()).toContain(ending)
    expect(run.ended()).toBe('closed')
    expect(broke.mock.calls.flat()).toEqual(['upstream_error'].slice(0, times))
    expect(ofHealth).toHaveBeenCalledTimes(times)
  })
})
