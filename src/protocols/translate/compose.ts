/** A translation by way of chat: from the client's protocol to the hub, from the hub to the wire. */
import { eventsIn, type WireEvent } from '../sse.ts'
import type { Asked, Translation } from './translation.ts'

/**
 * @param toHub of the client's protocol
 * @param toWire of chat
 */
export function compose(toHub: Translation, toWire: Translation): Translation {
  /** The answer of the second half is one to the request that the first half made. */
  const askedOfHub = (asked: Asked): Asked => ({ ...asked, body: toHub.request(asked.body).body })
  return {
    request(body) {
      const hub = toHub.request(body)
      const wire = toWire.request(hub.body)
      return { body: wire.body, lost: [...new Set([...hub.lost, ...wire.lost])] }
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
