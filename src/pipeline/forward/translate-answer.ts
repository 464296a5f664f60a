/** Answers of a backend that speaks another protocol than the client. */
import { GatewayError } from '../../errors.ts'
import { parseRecord } from '../../protocols/parse-record.ts'
import { eventsIn } from '../../protocols/sse.ts'
import type { Asked } from '../../protocols/translate/translation.ts'
import type { Exchange } from './exchange.ts'
import { fromErrorEvent } from './upstream-error.ts'
import type { Way } from './way-to.ts'

/** Whole events of a backend as what the client is sent; '' for nothing. */
export interface PieceTranslator {
  /** @throws GatewayError, AttemptFailure where the backend fails within its stream, or makes no sense */
  push: (piece: string) => string
  /** What is still owed when the stream has ended well. */
  end: () => string
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
  const sensibly = (translate: () => string): string => {
    try {
      return translate()
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      const message = `Backend \`${backend}\` sent an event that makes no sense: ${error.message}`
      throw new GatewayError('upstream_invalid_answer', message)
    }
  }
  return {
    push(piece) {
      let text = ''
      for (const event of eventsIn(piece)) {
        if (event.data === '[DONE]') continue
        // Most events speak of no error: they are parsed once, by the translation.
        if (event.data.includes('"error"')) {
          const verdict = dialect.judgeEvent(event)
          if (verdict.kind === 'error') throw fromErrorEvent(backend, verdict.error)
        }
        text += sensibly(() => stream.push(event))
      }
      return text
    },
    end: () => sensibly(() => stream.end()),
  }
}
