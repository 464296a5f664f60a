/** Answers of a backend that speaks another protocol than the client. */
import { GatewayError } from '../../errors.ts'
import { parseRecord } from '../../protocols/parse-record.ts'
import type { WireEvent } from '../../protocols/sse.ts'
import type { Asked } from '../../protocols/translate/translation.ts'
import type { Exchange } from './exchange.ts'
import { AttemptFailure, fromErrorEvent } from './upstream-error.ts'
import type { Way } from './way-to.ts'

/** What becomes of whole events of a backend. */
export interface Translated {
  /** Whole events for the client; '' for none. */
  text: string
  /** What ends the stream behind that: the backend fails within it, or makes no sense; null = nothing does. */
  failure: GatewayError | AttemptFailure | null
}

export interface PieceTranslator {
  push: (events: readonly WireEvent[]) => Translated
  /** What is still owed when the stream has ended well. */
  end: () => Translated
}

export function askedOf({ request }: Pick<Exchange, 'request'>): Asked {
  return {
    body: request.body.value,
    model: request.model,
    id: crypto.randomUUID().replaceAll('-', ''),
    createdAt: Math.floor(Date.now() / 1000),
  }
}

/**
 * @param bytes a whole answer
 * @throws TypeError where it makes no sense
 */
export function translateWhole(
  bytes: Uint8Array,
  translation: NonNullable<Way['translation']>,
  asked: Asked,
): string {
  const answer = parseRecord(new TextDecoder().decode(bytes))
  if (answer === null) throw new TypeError('the answer is no object')
  return JSON.stringify(translation.answer(answer, asked))
}

/** Null where the client speaks the same as the backend. */
export function translatorFor(
  exchange: Pick<Exchange, 'request'>,
  { translation, dialect }: Way,
  backend: string,
): PieceTranslator | null {
  if (translation === null) return null
  const stream = translation.stream(askedOf(exchange))
  const translateAll = (steps: Iterable<() => string>): Translated => {
    let text = ''
    try {
      for (const step of steps) text += step()
      return { text, failure: null }
    } catch (error) {
      if (error instanceof GatewayError || error instanceof AttemptFailure) return { text, failure: error }
      if (!(error instanceof TypeError)) throw error
      const message = `Backend \`${backend}\` sent an event that makes no sense: ${error.message}`
      return { text, failure: new GatewayError('upstream_invalid_answer', message) }
    }
  }
  const translate = (event: WireEvent): string => {
    // Most events speak of no error: they are parsed once, by the translation.
    if (event.data.includes('"error"')) {
      const verdict = dialect.judgeEvent(event)
      if (verdict.kind === 'error') throw fromErrorEvent(backend, verdict.error)
    }
    return event.data === '[DONE]' ? '' : stream.push(event)
  }
  return {
    push: (events) => translateAll(events.map((event) => () => translate(event))),
    end: () => translateAll([() => stream.end()]),
  }
}
