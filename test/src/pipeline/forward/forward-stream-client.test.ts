import { describe, expect, it, vi } from 'vitest'
import { DONE, ROLE, text } from '../../../upstream/reply.ts'
import { makeModel } from '../../make-snapshot.ts'
import type { Backend } from '../../scripted-ports.ts'
import { GPU } from './make-exchange.ts'
import {
  byHand,
  errorFrame,
  letRun,
  silent,
  SINGLE,
  startStream,
  STOP,
  streaming,
  TIMEOUTS,
  useStreamRuns,
  WHOLE,
} from './stream-run.ts'

useStreamRuns()

describe('keep-alive', () => {
  const COMMENT = ': keep-alive\n\n'
  const model = makeModel({
    timeouts: { ...TIMEOUTS, idleMs: 50_000 },
    keepAliveMs: 10_000,
  })

  it('commits after a silence, and goes on at its pace', async () => {
    const { backend, streams } = byHand()
    const run = startStream(
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
    await letRun()
    expect(run.received()).toBe(COMMENT + COMMENT + WHOLE)
  })

  it('still tries the next target, and shows the last failure as a frame', async () => {
    const run = startStream({ gpu: silent, spare: silent }, { model })
    await vi.advanceTimersByTimeAsync(40_000)
    expect(run.response()?.status).toBe(200)
    expect(run.exchange.ports.calls.map((call) => call.backend)).toEqual(['gpu', 'spare'])
    expect(run.received()).toMatch(errorFrame('upstream_timeout'))
    expect(run.ended()).toBe('closed')
  })

  it('speaks between events, never within one that is already on its way', async () => {
    const { backend, streams } = byHand()
    const run = startStream({ gpu: backend }, { model })
    await letRun()
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
    await letRun()
    expect(run.received().endsWith(STOP + DONE)).toBe(true)
  })

  it('is off at 0', async () => {
    const run = startStream(
      { gpu: silent },
      { model: makeModel({ timeouts: TIMEOUTS, keepAliveMs: 0 }), pool: [GPU] },
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
    const run = startStream({ gpu: backend, spare: streaming(WHOLE) }, { client })
    await letRun()
    client.abort()
    await letRun()
    expect(run.exchange.ports.calls.map((call) => call.request.signal.aborted)).toEqual([true])
    expect(run.exchange.ports.events).toEqual([])
  })

  it.each(['cancels its body', 'is reported by the runtime'])(
    'in mid-stream and %s closes the upstream',
    async (how) => {
      const client = new AbortController()
      const { backend, streams, signals } = byHand()
      const run = startStream({ gpu: backend }, { client })
      await letRun()
      await streams[0]?.send(text('a'))
      await letRun()
      if (how === 'cancels its body') {
        await run.leave()
        streams[0]?.send(text('b')).catch(() => {})
      } else client.abort()
      await letRun()
      expect(signals[0]?.aborted).toBe(true)
      expect(run.exchange.ports.events).toEqual([])
    },
  )

  it('while it was kept waiting closes the upstream at the next comment', async () => {
    const model = makeModel({ timeouts: TIMEOUTS, keepAliveMs: 6000 })
    const run = startStream({ gpu: silent }, { model, pool: [GPU] })
    await vi.advanceTimersByTimeAsync(6000)
    expect(run.received()).toBe(': keep-alive\n\n')
    await run.leave()
    await vi.advanceTimersByTimeAsync(6000)
    expect(run.exchange.ports.calls.map((call) => call.request.signal.aborted)).toEqual([true])
    expect(run.exchange.ports.events).toEqual([])
  })

  it('before anything was asked asks nobody', async () => {
    const client = new AbortController()
    client.abort()
    const run = startStream({ gpu: streaming(WHOLE) }, { client })
    await letRun()
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
    const run = startStream({ gpu: flood }, SINGLE, 'slow')
    await letRun()
    for (let i = 0; i < 20; i += 1) await run.read()
    await letRun()
    expect(pulled).toBeLessThan(30)
    await run.leave()
    await letRun()
  })

  it('that takes nothing for the idle time is dropped', async () => {
    const { backend, streams, signals } = byHand()
    const run = startStream({ gpu: backend }, SINGLE, 'slow')
    await letRun()
    void streams[0]?.send(text('a'))
    await vi.advanceTimersByTimeAsync(4999)
    expect(signals[0]?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(signals[0]?.aborted).toBe(true)
    await run.read()
    expect(run.ended()).toBe('broken')
  })

  it('is not kept open by comments when the backend goes silent', async () => {
    const { backend, streams } = byHand()
    const model = makeModel({ timeouts: TIMEOUTS, keepAliveMs: TIMEOUTS.idleMs / 4 })
    const run = startStream({ gpu: backend }, { model, pool: [GPU] })
    await letRun()
    await streams[0]?.send(ROLE + text('hi'))
    await vi.advanceTimersByTimeAsync(TIMEOUTS.idleMs + 1)
    await letRun()
    expect(run.received()).toContain(': keep-alive')
    expect(run.received()).toContain('upstream_timeout')
  })
})
