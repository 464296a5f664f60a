/** A translation by way of chat: from the client's protocol to the hub, from the hub to the wire. */
import { GatewayError } from '../../errors.ts'
import { eventsIn, type WireEvent } from '../sse.ts'
import type { Asked, Translation } from './translation.ts'

/**
 * @param toHub of the client's protocol
 * @param toWire of chat
 */
export function compose(toHub: Translation, toWire: Translation): Translation {
  const { clientField = (field) => field } = toHub
  /** What the second half refuses has the name that the client gave it. */
  const named = <Result>(translate: () => Result): Result => {
    try {
      return translate()
    } catch (error) {
      const param = error instanceof GatewayError ? error.options.param : undefined
      if (!(error instanceof GatewayError) || param === undefined) throw error
      throw new GatewayError(error.code, error.message, { ...error.options, param: clientField(param) })
    }
  }
  /** The answer of the second half is one to the request that the first half made. */
  const askedOfHub = (asked: Asked): Asked => ({ ...asked, body: toHub.request(asked.body).body })
  return {
    request(body) {
      const hub = toHub.request(body)
      const wire = named(() => toWire.request(hub.body))
      return { body: wire.body, lost: [...new Set([...hub.lost, ...wire.lost.map(clientField)])] }
    },
    answer: (answer, asked) => toHub.answer(toWire.answer(answer, askedOfHub(asked)), asked),
    stream(asked) {
      const inner = toWire.stream(askedOfHub(asked))
      const outer = toHub.stream(asked)
      const passOn = (text: string): string =>
        text === '' ? '' : eventsIn(text).filter(tells).map(outer.push).join('')
      return {
        push: (event) => passOn(inner.push(event)),
        end: () => passOn(inner.end()) + outer.end(),
      }
    },
  }
}

/** `[DONE]` says what the end of the stream says. */
function tells({ data }: WireEvent): boolean {
  return data !== '[DONE]'
}
