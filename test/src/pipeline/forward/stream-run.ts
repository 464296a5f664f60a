/** A stream through the engine with its two ends in the hands of the test, on fake time. */
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { forwardStream } from '../../../../src/pipeline/forward/forward-stream.ts'
import type { ServedModel } from '../../../../src/table/route-table.ts'
import { chunk, DONE, ROLE, text } from '../../../upstream/reply.ts'
import { type ControlledStream, controlledStream } from '../../controlled-stream.ts'
import { makeModel } from '../../make-snapshot.ts'
import type { Backend } from '../../scripted-ports.ts'
import { type ExchangeFields, GPU, makeExchange, type TestExchange } from './make-exchange.ts'

export const STOP: string = chunk({ finish: 'stop' })
export const WHOLE: string = ROLE + text('hi') + STOP + DONE
export const TIMEOUTS: ServedModel['timeouts'] = {
  connectMs: 3000,
  firstTokenMs: 20_000,
  idleMs: 5000,
  totalMs: 60_000,
}

/** The exchange fields of a model with one target and no keep-alive. */
export const SINGLE: ExchangeFields = {
  model: makeModel({ timeouts: TIMEOUTS, keepAliveMs: 0 }),
  pool: [GPU],
}

export interface StreamRun {
  exchange: TestExchange
  /** Undefined while headers are held. */
  response: () => Response | undefined
  /** What the client has received. */
  received: () => string
  ended: () => 'no' | 'closed' | 'broken'
  /** Takes one chunk. */
  read: () => Promise<void>
  /** Takes all that comes, from now on. */
  readAll: () => Promise<void>
  leave: () => Promise<void>
}

let exchanges: TestExchange[] = []

/** Fake time for the tests of a file; after each one, no work and no timer may be left. */
export function useStreamRuns(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 })
  })
  afterEach(async () => {
    const deferred = exchanges.flatMap((exchange) => exchange.ports.deferred)
    exchanges = []
    let settled = deferred.length === 0
    void Promise.allSettled(deferred).then(() => (settled = true))
    await vi.advanceTimersByTimeAsync(0)
    const timers = vi.getTimerCount()
    vi.useRealTimers()
    expect(settled, 'the work behind the answer has ended').toBe(true)
    expect(timers, 'timers left').toBe(0)
  })
}

export async function letRun(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0)
}

/** Starts a stream whose client takes all that comes; `slow`: only when it is told to. */
export function startStream(
  backends: Record<string, Backend>,
  fields: ExchangeFields = {},
  pace: 'eager' | 'slow' = 'eager',
): StreamRun {
  const model = makeModel({ timeouts: TIMEOUTS, keepAliveMs: 0, ...fields.model })
  const exchange = makeExchange(backends, { body: '{"model":"safe","stream":true}', ...fields, model })
  exchanges.push(exchange)
  const decoder = new TextDecoder()
  let response: Response | undefined
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let received = ''
  let ended: 'no' | 'closed' | 'broken' = 'no'
  const read = async (): Promise<void> => {
    try {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) ended = 'closed'
      else received += decoder.decode(value, { stream: true })
    } catch {
      ended = 'broken'
    }
  }
  const readAll = async (): Promise<void> => {
    await read()
    if (ended === 'no') await readAll()
  }
  const open = async (): Promise<void> => {
    response = await forwardStream(exchange)
    reader = response.body?.getReader()
    if (pace === 'eager') await readAll()
  }
  void open()
  return {
    exchange,
    response: () => response,
    received: () => received,
    ended: () => ended,
    read,
    readAll,
    leave: async () => reader?.cancel(),
  }
}

/** A backend whose answers are sent by hand; one stream per request that it got. */
export function byHand(type = 'text/event-stream'): {
  backend: Backend
  streams: ControlledStream[]
  signals: AbortSignal[]
} {
  const streams: ControlledStream[] = []
  const signals: AbortSignal[] = []
  const backend: Backend = ({ signal }) => {
    const stream = controlledStream(signal, { headers: { 'content-type': type } })
    streams.push(stream)
    signals.push(signal)
    return stream.response
  }
  return { backend, streams, signals }
}

/** A backend that streams this body at once. */
export function streaming(body: string): Backend {
  return () => new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

/** A backend that takes the request and says nothing. */
export const silent: Backend = ({ signal }) =>
  new Promise((_, reject) => {
    signal.throwIfAborted()
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

/** The error frame that a failure after the commit must end with. */
export function errorFrame(code: string): RegExp {
  return new RegExp(
    String.raw`(?:^|\n\n)data: \{"error":\{"message":"[^"]+","type":"upstream_error","param":null,"code":"${code}"\}\}\n\n$`,
  )
}
