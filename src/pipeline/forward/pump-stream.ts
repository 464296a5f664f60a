/**
 * The bytes of a stream that has begun, from the backend to the client: as they come, or event by event through a
 * translation.
 */
import { GatewayError } from '../../errors.ts'
import type { EndVerdict, EndWatch } from '../../protocols/dialect.ts'
import type { ByteReader } from '../../protocols/ndjson.ts'
import { type EventAligner, eventsIn } from '../../protocols/sse.ts'
import type { Exchange } from './exchange.ts'
import type { Flow } from './guard-stream.ts'
import type { StreamAnswer } from './stream-answer.ts'
import type { PieceTranslator, Translated } from './translate-answer.ts'
import type { Way } from './way-to.ts'

/** A target that has begun to answer. */
export interface Opened {
  way: Way
  /** Null where bytes go through as they come. */
  translator: PieceTranslator | null
  headers: Record<string, string>
  reader: ByteReader
  aligner: EventAligner
  /** Whole events received so far. */
  pieces: Uint8Array[]
  /** What they are in the client's words; null where they go through as they came. */
  begun: Translated | null
}

export interface Pumping {
  answer: StreamAnswer
  flow: Flow
  /** What becomes of whole events of the client's protocol before they are sent; null = nothing. */
  change: ((piece: Uint8Array) => Uint8Array) | null
}

const encoder = new TextEncoder()

/**
 * Sends on what comes, to the end.
 * @returns whether the backend told of a failure in its last words, which the client has heard as they are
 * @throws whatever broke it
 */
export async function pumpStream(
  { bill }: Pick<Exchange, 'bill'>,
  opened: Opened,
  { answer, flow, change }: Pumping,
): Promise<boolean> {
  const { reader, aligner, translator, way } = opened
  const end = way.dialect.watchEnd()
  const last: Uint8Array[] = []
  const decoder = new TextDecoder()
  const changed = (piece: Uint8Array): Uint8Array | null => {
    const after = change === null ? piece : change(piece)
    return after.byteLength === 0 ? null : after
  }
  const asItCame = (received: Uint8Array): Promise<void> | undefined => {
    const piece = changed(received)
    const shown = piece === null ? null : bill.pass(piece)
    return shown === null ? undefined : answer.write(shown)
  }
  const say = async ({ text, failure }: Translated): Promise<void> => {
    const shown = text === '' ? null : changed(encoder.encode(text))
    if (shown !== null) await answer.write(shown)
    if (failure !== null) throw failure
  }
  const inClientsWords = (received: Uint8Array, { push }: PieceTranslator): Promise<void> => {
    bill.pass(received)
    return say(push(eventsIn(decoder.decode(received))))
  }
  /** Undefined where there is nothing to wait for: the client is to see nothing of it. */
  const show = (received: Uint8Array): Promise<void> | undefined =>
    translator === null ? asItCame(received) : inClientsWords(received, translator)
  const note = (received: Uint8Array): void => {
    end.add(received)
    if (last.push(received) > LAST_PIECES) last.shift()
  }
  const pass = (received: Uint8Array): Promise<void> | undefined => {
    if (translator !== null && !aligner.aligned()) throw tooLarge()
    note(received)
    return show(received)
  }
  if (!answer.committed) answer.commit(opened.headers)
  if (opened.begun === null) for (const piece of opened.pieces) await pass(piece)
  else {
    for (const piece of opened.pieces) {
      note(piece)
      bill.pass(piece)
    }
    await say(opened.begun)
  }
  for (;;) {
    const { done, value } = await reader.read().catch(() => brokenRead(flow))
    if (done) break
    const piece = aligner.push(value)
    if (piece !== null) await pass(piece)
    flow.lastProgress = piece === null ? Date.now() : answer.lastTaken
  }
  if (flow.attempt.signal.aborted) throw flow.attempt.signal.reason
  const rest = aligner.rest()
  const verdict = judgeEnd(way, end, decoder.decode(rest))
  const shown = rest.byteLength === 0 ? undefined : show(rest)
  if (shown !== undefined) await shown
  if (translator !== null) await say(translator.end())
  else if (verdict === 'finished') {
    await answer.write(encoder.encode((shown === undefined ? '' : '\n\n') + way.dialect.terminator))
  }
  const hasFailed = translator === null && tellsOfFailure(way, [...last, rest])
  if (hasFailed) bill.broke('upstream_error')
  await answer.close()
  return hasFailed
}

/** A failure is told in one of the last pieces: what a server says behind it is `[DONE]`. */
const LAST_PIECES = 2
/** Each failure looks like that; most ends do not, and are not parsed. */
const LIKE_FAILURE = /"error"\s*:\s*[{"]|"(?:object|type)"\s*:\s*"error"/

function tellsOfFailure({ dialect }: Way, pieces: readonly Uint8Array[]): boolean {
  const decoder = new TextDecoder()
  const text = pieces.map((piece) => decoder.decode(piece)).join('')
  return LIKE_FAILURE.test(text) && eventsIn(text).some((event) => dialect.judgeEvent(event).kind === 'error')
}

function brokenRead(flow: Flow): never {
  throw flow.attempt.signal.aborted ? flow.attempt.signal.reason : brokenOff()
}

/** The backend closed the stream: was that the end of the answer? @throws GatewayError upstream_interrupted when not */
function judgeEnd({ dialect }: Way, end: EndWatch, rest: string): EndVerdict {
  const isComplete = eventsIn(rest).every((event) => dialect.judgeEvent(event).kind !== 'garbled')
  const verdict = end.judge(isComplete ? rest : '')
  if (verdict === 'truncated' || !isComplete) throw brokenOff()
  return verdict
}

function brokenOff(): GatewayError {
  return new GatewayError('upstream_interrupted', 'The backend broke off in the middle of its answer.')
}

function tooLarge(): GatewayError {
  const message = 'The backend sent an event that is too large to be translated.'
  return new GatewayError('upstream_invalid_answer', message)
}
