/**
 * An answer that is not streamed. Up to a bound it is read whole before a byte goes to the client, so
 * that a backend which breaks off becomes an error (or another attempt) and never half an answer.
 */
import { GatewayError } from '../../errors.ts'
import type { Target } from '../../table/route-table.ts'
import { tryTargets } from './attempts.ts'
import type { Exchange } from './exchange.ts'
import { responseHeaders, send } from './send.ts'
import { AttemptFailure } from './upstream-error.ts'

/** Larger answers go through as they come. */
const MAX_BUFFERED_BYTES = 1024 * 1024

/** @throws GatewayError when no target answered, or the client left (the answer then reaches nobody) */
export async function forwardBuffered(exchange: Exchange): Promise<Response> {
  const { client, model } = exchange
  const deadline = Date.now() + model.timeouts.totalMs
  exchange.watch.guard((now) => {
    if (now < deadline) return deadline - now
    client.abort(new GatewayError('upstream_timeout', `No answer within ${model.timeouts.totalMs} ms.`))
    return Number.POSITIVE_INFINITY
  })
  let streaming = false
  try {
    return await tryTargets(exchange, async (target) => {
      const response = await send(exchange, target, client.signal)
      const headers = responseHeaders(exchange, target, response)
      refuseOddAnswer(target, response)
      const { head, rest } = await readHead(target, response, client.signal)
      if (rest === null) return new Response(head, { status: response.status, headers })
      streaming = true
      const body = relay(exchange, head, rest, deadline)
      return new Response(body, { status: response.status, headers })
    })
  } finally {
    if (!streaming) exchange.watch.stop()
  }
}

/** A page of HTML or an answer without content (204) is not a model's: the URL leads to something else. */
function refuseOddAnswer(target: Target, response: Response): void {
  const type = response.headers.get('content-type')
  if (response.status !== 204 && response.status !== 205 && (type === null || /\bjson\b/i.test(type))) return
  response.body?.cancel().catch(() => {})
  const what = `answered ${response.status} with content type \`${(type ?? 'none').slice(0, 80)}\``
  throw new AttemptFailure(
    new GatewayError('upstream_invalid_answer', `Backend \`${target.backend}\` ${what}.`),
    'error',
  )
}

interface Head {
  head: Uint8Array
  /** Null when `head` is all of it. */
  rest: ReadableStreamDefaultReader<Uint8Array> | null
}

async function readHead(target: Target, response: Response, signal: AbortSignal): Promise<Head> {
  try {
    const declared = Number(response.headers.get('content-length') ?? Number.NaN)
    if (declared <= MAX_BUFFERED_BYTES) {
      const head = new Uint8Array(await response.arrayBuffer())
      if (head.byteLength !== declared) throw new Error('the answer ended early')
      return { head, rest: null }
    }
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader()
    const chunks: Uint8Array[] = []
    let size = 0
    let ended = false
    while (!ended && size <= MAX_BUFFERED_BYTES) {
      const { done, value } = await reader.read()
      ended = done
      if (value !== undefined) {
        chunks.push(value)
        size += value.byteLength
      }
    }
    const head = new Uint8Array(size)
    let offset = 0
    for (const chunk of chunks) {
      head.set(chunk, offset)
      offset += chunk.byteLength
    }
    return { head, rest: ended ? null : reader }
  } catch {
    if (signal.aborted) throw signal.reason
    const message = `Backend \`${target.backend}\` broke off in the middle of its answer.`
    throw new AttemptFailure(new GatewayError('upstream_interrupted', message), 'error')
  }
}

/** Hands on a large answer; a break in it can only be shown by breaking the connection. */
function relay(
  exchange: Exchange,
  head: Uint8Array,
  rest: ReadableStreamDefaultReader<Uint8Array>,
  deadline: number,
): ReadableStream<Uint8Array> {
  const { idleMs } = exchange.model.timeouts
  const pipe = exchange.ports.createPipe()
  const writer = pipe.writable.getWriter()
  writer.closed.catch(() => {})
  const drop = async (reason: unknown): Promise<void> => {
    await Promise.allSettled([rest.cancel(reason), writer.abort(reason)])
  }
  let moved = Date.now()
  exchange.watch.guard((now) => {
    const due = Math.min(deadline, moved + idleMs)
    if (now < due) return due - now
    void drop(new Error('the answer took too long'))
    return Number.POSITIVE_INFINITY
  })
  const pump = async (): Promise<void> => {
    try {
      await writer.write(head)
      for (;;) {
        const { done, value } = await rest.read()
        moved = Date.now()
        if (done) break
        await writer.write(value)
        moved = Date.now()
      }
      await writer.close()
    } catch (error) {
      await drop(error)
    } finally {
      exchange.watch.stop()
    }
  }
  exchange.ports.defer(pump())
  return pipe.readable
}
