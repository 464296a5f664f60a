/**
 * Reads a request body under a bound of size and of time. The bound holds while reading: a length
 * header may be absent (chunked), and workerd never ends a stalled body itself.
 */
import { GatewayError } from '../../errors.ts'
import type { Limits } from '../../table/front-policy.ts'
import type { Watch } from '../watch.ts'
import type { RequestHead } from './request-head.ts'

/** Closes the connection: bytes of the body may still be under way. */
const CLOSE = { connection: 'close' }

export interface BodyBounds {
  limits: Pick<Limits, 'bodyBytes' | 'bodyTimeoutMs'>
  watch: Watch
}

/**
 * @returns the whole body
 * @throws GatewayError body_too_large (413), body_timeout (408), body_incomplete (400)
 */
export function readBody(
  request: Request,
  head: RequestHead,
  bounds: BodyBounds,
): Promise<Uint8Array<ArrayBuffer>> {
  const { limits, watch } = bounds
  if (Number(head.contentLength) > limits.bodyBytes) throw tooLarge(limits.bodyBytes)

  // A declared length is kept by HTTP's framing; without one the bound is ours to hold.
  // (`request.body` is not touched where it need not be: on workerd that makes a stream object for each request.)
  const framed = head.contentLength !== null && head.transferEncoding === null
  const reading = framed ? request.arrayBuffer() : collect(request.body, limits.bodyBytes)
  const deadline = Date.now() + limits.bodyTimeoutMs
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array<ArrayBuffer>>()
  watch.guard((now) => {
    if (now < deadline) return deadline - now
    const message = `The body did not arrive within ${limits.bodyTimeoutMs} ms.`
    reject(new GatewayError('body_timeout', message, { headers: CLOSE }))
    return Number.POSITIVE_INFINITY
  })
  reading.then(toBytes, brokeOff).then(resolve, reject)
  return promise
}

function toBytes(buffer: ArrayBuffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer)
}

/** @throws what the client is told */
function brokeOff(error: unknown): never {
  const message = 'The connection broke before the whole body had arrived.'
  throw error instanceof GatewayError ? error : new GatewayError('body_incomplete', message)
}

async function collect(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<ArrayBuffer> {
  if (body === null) return new ArrayBuffer(0)
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > maxBytes) {
      reader.cancel().catch(() => {})
      throw tooLarge(maxBytes)
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole.buffer
}

function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError('body_too_large', `The body is larger than ${maxBytes} bytes.`, { headers: CLOSE })
}
