import { describe, expect, it, vi } from 'vitest'
import { DONE, text } from '../../../upstream/reply.ts'
import { makeModel } from '../../make-snapshot.ts'
import { GPU } from './make-exchange.ts'
import {
  byHand,
  errorFrame,
  letRun,
  SINGLE,
  startStream,
  STOP,
  streaming,
  TIMEOUTS,
  useStreamRuns,
  WHOLE,
} from './stream-run.ts'

// useStreamRuns() is half of each test: it fails one whose work goes on.
useStreamRuns()

describe('a client that stays and takes nothing is dropped', () => {
  it('when the whole time is up while a write waits', async () => {
    const timeouts = { ...TIMEOUTS, totalMs: 7000 }
    const { backend, streams } = byHand()
    const model = makeModel({ timeouts, keepAliveMs: 0 })
    const run = startStream({ gpu: backend }, { model, pool: [GPU] }, 'slow')
    await letRun()
    void streams[0]?.send(text('a'))
    await vi.advanceTimersByTimeAsync(4000)
    await run.read()
    streams[0]?.send(text('b')).catch(() => {})
    await vi.advanceTimersByTimeAsync(8000)
    await run.readAll()
    expect(run.ended()).toBe('broken')
  })

  it.each([
    { name: 'before its error frame', last: '', end: 'break' },
    { name: 'before the [DONE] that is added', last: STOP, end: 'end' },
    { name: 'before the rest', last: `${STOP}data: [DONE]`, end: 'end' },
  ] as const)('$name', async ({ last, end }) => {
    const { backend, streams } = byHand()
    const run = startStream({ gpu: backend }, SINGLE, 'slow')
    await letRun()
    void streams[0]?.send(text('a'))
    await letRun()
    await run.read()
    if (last !== '') {
      void streams[0]?.send(last)
      await letRun()
      await run.read()
    }
    await letRun()
    void streams[0]?.[end]()
    await vi.advanceTimersByTimeAsync(11_000)
    await run.readAll()
    expect(run.ended()).toBe('broken')
  })
})

it('an error frame stands by itself behind half an event', async () => {
  const { backend, streams } = byHand()
  const run = startStream({ gpu: backend }, SINGLE)
  await letRun()
  await streams[0]?.send(text('a'))
  await streams[0]?.send(`data: {"x":"${'y'.repeat(70_000)}`)
  await letRun()
  await streams[0]?.break()
  await letRun()
  expect(run.received()).toMatch(errorFrame('upstream_interrupted'))
})

it.each([': bye\n\n', 'event: close\n\n', DONE])(
  'adds nothing to a stream that goes on behind [DONE] with %j',
  async (extra) => {
    const body = WHOLE + extra
    const run = startStream({ gpu: streaming(body) }, SINGLE)
    await letRun()
    expect(run.received()).toBe(body)
  },
)

it('takes a content type in capitals', async () => {
  const headers = { 'content-type': 'Text/Event-Stream; charset=UTF-8' }
  const run = startStream({ gpu: () => new Response(WHOLE, { headers }) }, SINGLE)
  await letRun()
  expect(run.received()).toBe(WHOLE)
})

it('reads events whose lines end in different ways', async () => {
  const body = WHOLE.replaceAll('\n\n', '\n\r\n')
  const run = startStream({ gpu: streaming(body) }, SINGLE)
  await letRun()
  expect(run.received()).toBe(body)
})
