/**
 * The bytes of a stream that has begun, from the backend to the client: as they come, or event by event through a
 * translation.
 */
import { GatewayError } from '../../errors.ts'
import type { EndWatch } from '../../protocols/dialect.ts'
import { type EventAligner, eventsIn } from '../../protocols/sse.ts'
import type { Exchange } from './exchange.ts'
import type { Flow } from './guard-stream.ts'
import type { StreamAnswer } from './stream-answer.ts'
import type { PieceTranslator } from './translate-answer.ts'
import type { Way } from './way-to.ts'

/** A target that has begun to answer. */
export interface Opened {
  way: Way
  /** Null where bytes go through as they come. */
  translator: PieceTranslator | null
  headers: Record<string, string>
  reader: ReadableStreamDefaultReader<Uint8Array>
  aligner: EventAligner
  /** Whole events received so far. */
  pieces: Uint8Array[]
}

export interface Pumping {
  answer: StreamAnswer
  flow: Flow
  /** What becomes of whole events of the client's protocol before they are sent; null = nothing. */
  change: ((piece: Uint8Array) => Uint8Array) | null
}

const encoder = new TextEncoder()

/** Sends on what comes, to the end. @throws whatever broke it */
export async function pumpStream(
  { bill }: Pick<Exchange, 'bill'>,
  opened: Opened,
  { answer, flow, change }: Pumping,
): Promise<void> {
  const { reader, aligner, translator, way } = opened
  const end = way.dialect.watchEnd()
  const decoder = new TextDecoder()
  const changed = (piece: Uint8Array): Uint8Array | null => {
    const after = change === null ? piece : change(piece)
    return after.byteLength === 0 ? null : after
  }
  /** What the client is to see. */
  const show = (received: Uint8Array): Uint8Array | null => {
    if (translator === null) {
      const piece = changed(received)
      return piece === null ? null : bill.pass(piece)
    }
    bill.pass(received)
    const text = translator.push(decoder.decode(received))
    return text === '' ? null : changed(encoder.encode(text))
  }
  const pass = (received: Uint8Array): Promise<void> | undefined => {
    if (translator !== null && !aligner.aligned()) throw tooLarge()
    end.add(received)
    const shown = show(received)
    return shown === null ? undefined : answer.write(shown)
  }
  if (!answer.committed) answer.commit(opened.headers)
  for (const piece of opened.pieces) await pass(piece)
  for (;;) {
    const { done, value } = await reader.read().catch(() => brokenRead(flow))
    if (done) break
    const piece = aligner.push(value)
    if (piece !== null) await pass(piece)
    flow.lastProgress = piece === null ? Date.now() : answer.lastTaken
  }
  if (flow.attempt.signal.aborted) throw flow.attempt.signal.reason
  await finish(opened, { answer, end, show, changed })
}

function brokenRead(flow: Flow): never {
  throw flow.attempt.signal.aborted ? flow.attempt.signal.reason : brokenOff()
}

interface Finishing {
  answer: StreamAnswer
  end: EndWatch
  show: (received: Uint8Array) => Uint8Array | null
  changed: (piece: Uint8Array) => Uint8Array | null
}

/** The backend closed the stream: was that the end of the answer? */
async function finish(
  { way: { dialect }, aligner, translator }: Opened,
  { answer, end, show, changed }: Finishing,
): Promise<void> {
  const rest = aligner.rest()
  const restText = new TextDecoder().decode(rest)
  const complete = eventsIn(restText).every((event) => dialect.judgeEvent(event).kind !== 'garbled')
  const verdict = end.judge(complete ? restText : '')
  if (verdict === 'truncated' || !complete) throw brokenOff()
  const shown = rest.byteLength === 0 ? null : show(rest)
  if (shown !== null) await answer.write(shown)
  if (translator !== null) {
    const owed = translator.end()
    const last = owed === '' ? null : changed(encoder.encode(owed))
    if (last !== null) await answer.write(last)
  } else if (verdict === 'finished') {
    await answer.write(encoder.encode((shown === null ? '' : '\n\n') + dialect.terminator))
  }
  await answer.close()
}

function brokenOff(): GatewayError {
  return new GatewayError('upstream_interrupted', 'The backend broke off in the middle of its answer.')
}

function tooLarge(): GatewayError {
  const message = 'The backend sent an event that is too large to be translated.'
  return new GatewayError('upstream_invalid_answer', message)
}
