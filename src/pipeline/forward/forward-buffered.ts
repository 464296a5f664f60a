/**
 * An answer that is not streamed. Up to a bound it is read whole before a byte goes to the client, so
 * that a backend which breaks off becomes an error (or another attempt) and never half an answer.
 */
import { GatewayError } from '../../errors.ts'
import type { SurfaceRoute } from '../../protocols/surfaces.ts'
import type { FailureCause, Target } from '../../table/route-table.ts'
import type { Check } from '../watch.ts'
import { startTries } from './attempts.ts'
import type { Exchange } from './exchange.ts'
import { responseHeaders, send } from './send.ts'
import { askedOf, translateWhole } from './translate-answer.ts'
import { AttemptFailure, filtered, fromErrorEvent } from './upstream-error.ts'
import { type Way, wayTo } from './way-to.ts'

/** Larger answers go through as they come. */
const MAX_BUFFERED_BYTES = 1024 * 1024
const JSON_TYPE = /\bjson\b/i
/** What is to be translated must be there whole. */
const MAX_TRANSLATED_BYTES = 16 * 1024 * 1024

/** @throws GatewayError when no target answered, or the client left (the answer then reaches nobody) */
export async function forwardBuffered(exchange: Exchange): Promise<Response> {
  const { signal } = exchange.client
  const flow: Flow = {
    deadline: Date.now() + exchange.model.timeouts.totalMs,
    attempt: new AbortController(),
    movedAt: null,
  }
  const over = (): void => flow.attempt.abort(signal.reason)
  signal.addEventListener('abort', over)
  exchange.watch.guard(guardAnswer(exchange, flow))
  let streaming = false
  try {
    return await startTries(exchange, flow.deadline).run(async (target, isCurable) => {
      const way = wayTo(target, exchange)
      const { status, headers, isJson, head, rest } = await open(exchange, target, flow)
      flow.movedAt = null
      const { answer, isSound } = exchange.route
      if (status === 200 && isJson && rest === null) refuseFailure(target, head, { way, isCurable })
      if (isSound && isJson) {
        rest?.cancel().catch(() => {})
        throw oddAnswer(target, 'answered with JSON instead of sound')
      }
      if (rest === null) {
        if (answer === 'json') exchange.bill.answer(head)
        else exchange.bill.relay(head)
        if (way.translation === null) return new Response(head, { status, headers })
        headers['content-type'] = 'application/json'
        return new Response(inClientsWords(exchange, target, head, way.translation), { status, headers })
      }
      if (way.translation !== null) {
        rest.cancel().catch(() => {})
        throw oddAnswer(target, 'answered with more than can be translated')
      }
      streaming = true
      const body = relay(exchange, head, rest, flow.deadline)
      return new Response(body, { status, headers })
    })
  } finally {
    // What goes through as it comes must still end when its client leaves.
    if (!streaming) {
      signal.removeEventListener('abort', over)
      exchange.watch.stop()
    }
  }
}

/** What the watch needs to see of an answer on its way; times are Unix ms. */
interface Flow {
  /** When the time of the whole request is up. */
  deadline: number
  attempt: AbortController
  /** When the answer in progress last moved; null while there is none. */
  movedAt: number | null
}

function guardAnswer({ client, model: { timeouts } }: Exchange, flow: Flow): Check {
  return (now) => {
    if (now >= flow.deadline) {
      client.abort(new GatewayError('upstream_timeout', `No answer within ${timeouts.totalMs} ms.`))
      return Number.POSITIVE_INFINITY
    }
    const idleAt = flow.movedAt === null ? now + timeouts.idleMs : flow.movedAt + timeouts.idleMs
    if (now >= idleAt) {
      const late = new GatewayError('upstream_timeout', `No answer went on within ${timeouts.idleMs} ms.`)
      flow.attempt.abort(new AttemptFailure(late, 'timeout'))
    }
    return Math.min(flow.deadline - now, now < idleAt ? idleAt - now : timeouts.idleMs)
  }
}

interface Opened extends Head {
  status: number
  headers: Record<string, string>
  /** By what it says of itself, where that is left to it. */
  isJson: boolean
}

async function open(exchange: Exchange, target: Target, flow: Flow): Promise<Opened> {
  if (flow.attempt.signal.aborted) flow.attempt = new AbortController()
  const { signal } = flow.attempt
  flow.movedAt = null
  const response = await send(exchange, target, signal)
  const { answer } = exchange.route
  refuseOddAnswer(target, response, answer)
  const isTranslated = wayTo(target, exchange).translation !== null
  const isJson = answer === 'json' || JSON_TYPE.test(response.headers.get('content-type') ?? '')
  const most = isTranslated ? MAX_TRANSLATED_BYTES : isJson ? MAX_BUFFERED_BYTES : 0
  const head = await readHead(target, response, { signal, flow, most })
  return { status: response.status, headers: responseHeaders(exchange, target, response), isJson, ...head }
}

/** Failures that come as a 200: they end the attempt as their status would have. */
function refuseFailure(
  target: Target,
  head: Uint8Array,
  { way, isCurable }: { way: Way; isCurable: (cause: FailureCause) => boolean },
): void {
  const verdict = way.dialect.judgeAnswer(head, isCurable('content-filter'))
  if (verdict.kind === 'error') throw fromErrorEvent(target.backend, verdict.error)
  if (verdict.kind === 'filtered') throw filtered(target.backend)
  if (verdict.kind === 'garbled') throw oddAnswer(target, 'answered with something that is not JSON')
}

/** @throws AttemptFailure where the answer makes no sense */
function inClientsWords(
  exchange: Exchange,
  target: Target,
  head: Uint8Array,
  translation: NonNullable<Way['translation']>,
): string {
  try {
    return translateWhole(head, translation, askedOf(exchange))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw oddAnswer(target, `sent an answer that makes no sense: ${error.message}`)
  }
}

/** A page of HTML or an answer without content (204) is not a model's: the URL leads to something else. */
function refuseOddAnswer(target: Target, response: Response, wanted: SurfaceRoute['answer']): void {
  const type = response.headers.get('content-type')
  const isOf = wanted === 'bytes' ? !/\bhtml\b/i.test(type ?? '') : type === null || JSON_TYPE.test(type)
  if (response.status !== 204 && response.status !== 205 && isOf) return
  response.body?.cancel().catch(() => {})
  const what = `answered ${response.status} with content type \`${(type ?? 'none').slice(0, 80)}\``
  throw oddAnswer(target, what)
}

function oddAnswer({ backend }: Target, what: string): AttemptFailure {
  const error = new GatewayError('upstream_invalid_answer', `Backend \`${backend}\` ${what}.`)
  return new AttemptFailure(error, 'error')
}

interface Head {
  head: Uint8Array
  /** Null when `head` is all of it. */
  rest: ReadableStreamDefaultReader<Uint8Array> | null
}

async function readHead(
  target: Target,
  response: Response,
  { signal, flow, most }: { signal: AbortSignal; flow: Flow; most: number },
): Promise<Head> {
  try {
    const declared = Number(response.headers.get('content-length') ?? Number.NaN)
    if (declared <= most) {
      // Whoever declares a length has the answer: it must be here whole before it counts as stuck.
      flow.movedAt = Date.now()
      const head = new Uint8Array(await response.arrayBuffer())
      if (head.byteLength !== declared) throw new Error('the answer ended early')
      return { head, rest: null }
    }
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader()
    const chunks: Uint8Array[] = []
    let size = 0
    let ended = false
    while (!ended && size <= most) {
      const { done, value } = await reader.read()
      ended = done
      if (value !== undefined) {
        flow.movedAt = Date.now()
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
  let isBackends = false
  let hasLeft = false
  // A write fails when the client has gone, of which nobody may have heard yet.
  const hand = (piece: Uint8Array): Promise<void> =>
    writer.write(piece).catch((error: unknown) => {
      hasLeft = !isBackends
      throw error
    })
  exchange.watch.guard((now) => {
    const due = Math.min(deadline, moved + idleMs)
    if (now < due) return due - now
    isBackends = true
    void drop(new Error('the answer took too long'))
    return Number.POSITIVE_INFINITY
  })
  const pump = async (): Promise<void> => {
    try {
      exchange.bill.relay(head)
      await hand(head)
      for (;;) {
        const { done, value } = await rest.read().catch((error: unknown) => {
          isBackends = true
          throw error
        })
        moved = Date.now()
        if (done) break
        exchange.bill.relay(value)
        await hand(value)
        moved = Date.now()
      }
      await writer.close()
    } catch (error) {
      hasLeft ||= exchange.client.signal.aborted
      exchange.bill.broke(hasLeft ? 'client_gone' : 'upstream_interrupted')
      if (isBackends && !hasLeft) tellOfBreak(exchange)
      await drop(error)
    } finally {
      exchange.watch.stop()
    }
  }
  exchange.ports.defer(pump())
  return pipe.readable
}

function tellOfBreak({ ports, correlationId, clientName, modelName, journey }: Exchange): void {
  ports.log({
    event: 'stream-broken',
    correlationId,
    client: clientName,
    model: modelName,
    backend: journey.target?.backend ?? '',
    cause: 'upstream_interrupted',
  })
}
