import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readBody } from '../../../../src/pipeline/edge/read-body.ts'
import { readHead } from '../../../../src/pipeline/edge/request-head.ts'
import { startWatch, type Watch } from '../../../../src/pipeline/watch.ts'
import { rejectionOf } from '../../error-of.ts'

const LIMITS = { bodyBytes: 10, bodyTimeoutMs: 5000 }

interface SentBody {
  request: Request
  writer: WritableStreamDefaultWriter<Uint8Array>
  cancelled: () => boolean
}

function sendBody(headers: Record<string, string> = {}): SentBody {
  const pipe = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, { highWaterMark: 8 })
  const writer = pipe.writable.getWriter()
  let cancelled = false
  writer.closed.catch(() => (cancelled = true))
  const init = { method: 'POST', headers, body: pipe.readable, duplex: 'half' } as const
  return { request: new Request('http://localhost/', init), writer, cancelled: () => cancelled }
}

let watch: Watch

/** A refusal may come at once or later: to the caller, which awaits, they are the same. */
async function read(request: Request): Promise<Uint8Array> {
  return readBody(request, readHead(request.headers), { limits: LIMITS, watch })
}

beforeEach(() => {
  vi.useFakeTimers()
  watch = startWatch()
})
afterEach(() => {
  watch.stop()
  expect(vi.getTimerCount(), 'timers left').toBe(0)
  vi.useRealTimers()
})

describe('readBody', () => {
  it.each([
    { name: 'no chunk', chunks: [] },
    { name: 'one chunk', chunks: ['abc'] },
    { name: 'several', chunks: ['ab', '', 'cde', 'f'] },
    { name: 'exactly the bound', chunks: ['12345', '67890'] },
  ])('reads $name', async ({ chunks }) => {
    const { request, writer } = sendBody()
    for (const chunk of chunks) void writer.write(new TextEncoder().encode(chunk))
    void writer.close()
    const body = await read(request)
    expect(new TextDecoder().decode(body)).toBe(chunks.join(''))
  })

  it('takes a request without a body for an empty one', async () => {
    expect(await read(new Request('http://localhost/', { method: 'POST' }))).toEqual(new Uint8Array(0))
  })

  it('refuses a declared length without reading', async () => {
    const { request } = sendBody({ 'content-length': '11' })
    expect(await rejectionOf(read(request))).toMatchObject({
      code: 'body_too_large',
      status: 413,
    })
    expect(request.bodyUsed).toBe(false)
  })

  it('stops reading at the bound when no length was declared', async () => {
    const { request, writer, cancelled } = sendBody()
    const reading = rejectionOf(read(request))
    await writer.write(new Uint8Array(10))
    void writer.write(new Uint8Array(1))
    expect(await reading).toMatchObject({
      code: 'body_too_large',
      status: 413,
      options: { headers: { connection: 'close' } },
    })
    await vi.advanceTimersByTimeAsync(0)
    expect(cancelled()).toBe(true)
  })

  it.each([
    { name: 'stalls', trickle: false },
    { name: 'trickles', trickle: true },
  ])('ends a body that $name at the deadline', async ({ trickle }) => {
    const { request, writer } = sendBody()
    const reading = rejectionOf(read(request))
    for (let i = 0; i < 4; i += 1) {
      if (trickle) void writer.write(new Uint8Array(1))
      await vi.advanceTimersByTimeAsync(1249)
    }
    let ended = false
    void reading.then(() => (ended = true))
    await vi.advanceTimersByTimeAsync(3)
    expect(ended).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await reading).toMatchObject({
      code: 'body_timeout',
      status: 408,
      options: { headers: { connection: 'close' } },
    })
  })

  it('says so when the connection breaks', async () => {
    const { request, writer } = sendBody()
    const reading = rejectionOf(read(request))
    await writer.write(new Uint8Array(3))
    await writer.abort(new Error('reset'))
    expect(await reading).toMatchObject({ code: 'body_incomplete', status: 400 })
  })
})
