/**
 * The stream engine. Targets are tried until one delivers its first event with content; only then are
 * status and headers committed. From there bytes go through as they come, regrouped to whole events.
 */
import { GatewayError } from '../../errors.ts'
import { asOneAnswer, isContinuable, withSaid } from '../../protocols/continuation.ts'
import { dialectOf } from '../../protocols/dialect-of.ts'
import { linesAsEvents } from '../../protocols/ndjson.ts'
import { createEventAligner, eventsIn, MAX_HELD_BYTES, type WireEvent } from '../../protocols/sse.ts'
import { createTranscript } from '../../protocols/transcript.ts'
import type { BodyChanges } from '../route/body-changes.ts'
import type { FailureCause, Target } from '../../table/route-table.ts'
import { startTries, type Tries } from './attempts.ts'
import { ClientGone } from './client-gone.ts'
import type { Exchange } from './exchange.ts'
import { type Flow, guardStream } from './guard-stream.ts'
import { type Opened, pumpStream, type Pumping } from './pump-stream.ts'
import { responseHeaders, send } from './send.ts'
import { createStreamAnswer, type StreamAnswer } from './stream-answer.ts'
import { type Translated, translatorFor } from './translate-answer.ts'
import { AttemptFailure, filtered, fromErrorEvent } from './upstream-error.ts'
import { wayTo } from './way-to.ts'

/** Bytes held back in wait of the first content; a backend that sends more without any is committed. */
const MAX_PRELUDE_BYTES = 64 * 1024
/** An event that is to be translated must be there whole, the call of a tool with a file in it too. */
const MAX_TRANSLATED_EVENT = 1024 * 1024

const OF_EVENTS = /^text\/event-stream\b/i
const OF_LINES = /^application\/(?:x-)?(?:ndjson|json)\b/i

const encoder = new TextEncoder()

/** Never rejects: a failure is a response or a frame. */
export function forwardStream(exchange: Exchange): Promise<Response> {
  const { ports, route, answerHeaders, correlationId } = exchange
  const { createPipe } = ports
  const dialect = dialectOf(route.surface)
  return new Promise((resolve) => {
    const answer = createStreamAnswer({ createPipe, answerHeaders, dialect, correlationId }, resolve)
    ports.defer(run(exchange, answer))
  })
}

async function run(exchange: Exchange, answer: StreamAnswer): Promise<void> {
  const flow: Flow = {
    deadline: Date.now() + exchange.model.timeouts.totalMs,
    attempt: new AbortController(),
    waitingSince: Date.now(),
    lastProgress: Date.now(),
    aligned: () => true,
    ended: false,
  }
  const { signal } = exchange.client
  const over = (): void => flow.attempt.abort(signal.reason)
  signal.addEventListener('abort', over)
  exchange.watch.guard(guardStream(exchange, answer, flow))

  try {
    const tries = startTries(exchange, flow.deadline)
    const opened = await tries.run((target, isCurable) => open(exchange, target, { flow, isCurable }))
    if (mayGoOn(exchange)) await pumpOrGoOn(exchange, opened, { answer, flow, tries })
    else await pump(exchange, opened, { answer, flow, change: null })
  } catch (error) {
    flow.ended = true
    flow.attempt.abort(error)
    await settle(exchange, answer, error, flow.aligned())
  } finally {
    exchange.watch.stop()
    signal.removeEventListener('abort', over)
  }
}

interface Opening {
  flow: Flow
  isCurable: (cause: FailureCause) => boolean
}

async function open(exchange: Exchange, target: Target, { flow, isCurable }: Opening): Promise<Opened> {
  if (flow.attempt.signal.aborted) flow.attempt = new AbortController()
  flow.waitingSince = Date.now()
  const { signal } = flow.attempt
  const response = await send(exchange, target, signal)
  try {
    const opened = await readPrelude(exchange, target, { response, signal, isCurable })
    flow.waitingSince = null
    flow.lastProgress = Date.now()
    flow.aligned = opened.translator === null ? opened.aligner.aligned : () => true
    return opened
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : error
    flow.attempt.abort(reason)
    throw reason
  }
}

interface Prelude {
  response: Response
  signal: AbortSignal
  isCurable: (cause: FailureCause) => boolean
}

/** Reads up to and with the first event that has content. */
async function readPrelude(
  exchange: Exchange,
  target: Target,
  { response, signal, isCurable }: Prelude,
): Promise<Opened> {
  const way = wayTo(target, exchange)
  const type = response.headers.get('content-type') ?? 'none'
  const isOfWire = way.dialect.isLines ? OF_LINES : OF_EVENTS
  if (!isOfWire.test(type) || response.body === null) {
    throw invalid(target, `answered a streaming request with content type \`${type.slice(0, 80)}\``)
  }
  const headers = responseHeaders(exchange, target, response)
  headers['cache-control'] = 'no-store'
  headers['x-accel-buffering'] = 'no'
  if (way.translation !== null) headers['content-type'] = 'text/event-stream; charset=utf-8'
  const bytes = response.body.getReader()
  const reader = way.dialect.isLines ? linesAsEvents(bytes) : bytes
  const translator = translatorFor(exchange, way, target.backend)
  const aligner = createEventAligner(translator === null ? MAX_HELD_BYTES : MAX_TRANSLATED_EVENT)
  const decoder = new TextDecoder()
  const begun = translator === null ? null : { text: '', failure: null }
  const opened: Opened = { way, translator, headers, reader, aligner, pieces: [], begun }
  for (let size = 0; size <= MAX_PRELUDE_BYTES;) {
    const { done, value } = await reader.read().catch(() => {
      if (signal.aborted) throw signal.reason
      throw interrupted(target)
    })
    if (done) throw invalid(target, 'ended the stream before any content')
    size += value.byteLength
    const piece = aligner.push(value)
    if (piece === null) continue
    opened.pieces.push(piece)
    // Part of an event too large to hold: no prelude is that long.
    if (!aligner.aligned()) {
      if (translator !== null) throw invalid(target, 'sent an event that is too large to be translated')
      return opened
    }
    const events = eventsIn(decoder.decode(piece))
    for (const [index, event] of events.entries()) {
      const verdict = way.dialect.judgeEvent(event)
      if (verdict.kind === 'filtered' && isCurable('content-filter')) throw filtered(target.backend)
      if (verdict.kind === 'error') throw fromErrorEvent(target.backend, verdict.error)
      if (verdict.kind === 'garbled') throw invalid(target, 'sent an event that is not JSON')
      const failure = translate(opened, [event])
      if (failure !== null)
        throw failure instanceof AttemptFailure ? failure : new AttemptFailure(failure, 'error')
      if (verdict.kind === 'prelude') continue
      translate(opened, events.slice(index + 1))
      return opened
    }
  }
  return opened
}

/** Adds what the events are in the client's words. @returns what ends the stream behind them, if anything does */
function translate(opened: Opened, events: readonly WireEvent[]): Translated['failure'] {
  if (opened.translator === null || opened.begun === null) return null
  const { text, failure } = opened.translator.push(events)
  opened.begun = { text: opened.begun.text + text, failure }
  return failure
}

/** Whether another target may go on where one breaks: the policy says so, and the request is plain enough. */
function mayGoOn({ model, route, request }: Exchange): boolean {
  return model.onBreak === 'continue' && route.surface === 'chat' && isContinuable(request.body)
}

interface GoingOn {
  answer: StreamAnswer
  flow: Flow
  tries: Tries
}

/** Sends on what comes; when it breaks, the next target of the same plan is asked to go on, once. */
async function pumpOrGoOn(
  exchange: Exchange,
  opened: Opened,
  { answer, flow, tries }: GoingOn,
): Promise<void> {
  const transcript = createTranscript()
  const keep = (piece: Uint8Array): Uint8Array => {
    transcript.add(piece)
    return piece
  }
  try {
    await pump(exchange, opened, { answer, flow, change: keep })
  } catch (error) {
    const said = transcript.soFar()
    const failure = breakOf(error)
    if (said === null || failure === null || exchange.client.signal.aborted) throw error
    flow.attempt.abort(error)
    exchange.lease.rest()
    tries.broke(failure)
    exchange.bill.goOn()
    const asking = { ...exchange, changes: goingOnFrom(exchange, said.text), translations: null }
    const next = await tries.run((target, isCurable) => open(asking, target, { flow, isCurable }))
    exchange.ports.log({
      event: 'stream-continued',
      correlationId: exchange.correlationId,
      client: exchange.clientName,
      model: exchange.modelName,
      backend: exchange.journey.target?.backend ?? '',
    })
    const decoder = new TextDecoder()
    const change = (piece: Uint8Array): Uint8Array =>
      encoder.encode(asOneAnswer(decoder.decode(piece), said.identity))
    await pump(exchange, next, { answer, flow, change })
  }
}

function breakOf(error: unknown): AttemptFailure | null {
  if (!(error instanceof GatewayError)) return null
  if (error.code === 'upstream_timeout') return new AttemptFailure(error, 'timeout')
  return error.code === 'upstream_interrupted' ? new AttemptFailure(error, 'error') : null
}

/** Whether the backend is to blame for what ended the stream. */
function isBackends(error: unknown): boolean {
  if (error instanceof AttemptFailure || breakOf(error) !== null) return true
  return error instanceof GatewayError && error.code === 'upstream_invalid_answer'
}

/** The body as it would have left, with what has been said so far. */
function goingOnFrom({ request: { body }, changes }: Exchange, text: string): BodyChanges {
  const [start = 0, end = 0] = body.spans.get('messages') ?? []
  const messages = changes?.replaced.get('messages') ?? body.text.slice(start, end)
  const replaced = new Map(changes?.replaced).set('messages', withSaid(messages, text))
  return { replaced, added: changes?.added ?? '' }
}

/** Sends on what comes, to the end. @throws whatever broke it; the target's health hears of what is the backend's fault */
async function pump(exchange: Exchange, opened: Opened, pumping: Pumping): Promise<void> {
  const { health, snapshot, journey, client } = exchange
  try {
    const hasFailed = await pumpStream(exchange, opened, pumping)
    if (hasFailed && journey.target !== null) health.broke(snapshot.table, journey.target)
  } catch (error) {
    if (journey.target !== null && isBackends(error) && !client.signal.aborted) {
      health.broke(snapshot.table, journey.target)
    }
    throw error
  }
}

/** Ends the client's side, whatever went wrong. */
async function settle(
  exchange: Exchange,
  answer: StreamAnswer,
  cause: unknown,
  aligned: boolean,
): Promise<void> {
  // Its time being up aborts the request as well, but then its client is there to be told.
  const { signal } = exchange.client
  if (cause instanceof ClientGone || (signal.aborted && !(signal.reason instanceof GatewayError))) {
    exchange.bill.broke('client_gone')
    answer.drop(new GatewayError('client_gone', 'The connection was found closed.'))
    return
  }
  const error =
    cause instanceof AttemptFailure
      ? cause.error
      : cause instanceof GatewayError
        ? cause
        : new GatewayError('internal_error', 'The gateway failed. This is a defect of aicc.')
  exchange.bill.broke(error.code)
  exchange.ports.log({
    event: error.code === 'internal_error' ? 'internal-error' : 'stream-broken',
    correlationId: exchange.correlationId,
    client: exchange.clientName,
    model: exchange.modelName,
    cause: error.code === 'internal_error' ? String(cause) : error.code,
  })
  await answer.fail(error, aligned).catch(() => answer.drop(error))
}

function interrupted(target: Target): AttemptFailure {
  const message = `Backend \`${target.backend}\` broke off before its answer began.`
  return new AttemptFailure(new GatewayError('upstream_interrupted', message), 'error')
}

function invalid(target: Target, what: string): AttemptFailure {
  const message = `Backend \`${target.backend}\` ${what}.`
  return new AttemptFailure(new GatewayError('upstream_invalid_answer', message), 'error')
}
