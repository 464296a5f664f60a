/**
 * Reads a request body under a bound of size and of time. The bound holds while reading: a length
 * header may be absent (chunked), and workerd never ends a stalled body itself.
 */
import { GatewayError } from '../../errors.ts'
import type { Limits } from '../../table/route-table.ts'

/** Closes the connection: bytes of the body may still be under way. */
const CLOSE = { connection: 'close' }

/**
 * @returns the whole body
 * @throws GatewayError body_too_large (413), body_timeout (408), body_incomplete (400)
 */
export async function readBody(
  request: Request,
  limits: Pick<Limits, 'bodyBytes' | 'bodyTimeoutMs'>,
): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > limits.bodyBytes) throw tooLarge(limits.bodyBytes)
  if (request.body === null) return new Uint8Array(0)

  const reader = request.body.getReader()
  let expire: ReturnType<typeof setTimeout> | null = null
  const expired = new Promise<never>((_, reject) => {
    expire = setTimeout(() => {
      reject(
        new GatewayError('body_timeout', `The body did not arrive within ${limits.bodyTimeoutMs} ms.`, {
          headers: CLOSE,
        }),
      )
    }, limits.bodyTimeoutMs)
  })
  try {
    return await Promise.race([collect(reader, limits.bodyBytes), expired])
  } catch (error) {
    reader.cancel().catch(() => {})
    if (error instanceof GatewayError) throw error
    throw new GatewayError('body_incomplete', 'The connection broke before the whole body had arrived.')
  } finally {
    if (expire !== null) clearTimeout(expire)
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(value)
  }
  return concat(chunks, size)
}

function concat(chunks: Uint8Array[], size: number): Uint8Array {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only
  const whole = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}

function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError('body_too_large', `The body is larger than ${maxBytes} bytes.`, { headers: CLOSE })
}
