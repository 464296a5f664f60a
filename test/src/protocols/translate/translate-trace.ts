import { eventsIn } from '../../../../src/protocols/sse.ts'
import type { Asked, StreamTranslator } from '../../../../src/protocols/translate/translation.ts'

export const ASKED: Asked = { body: {}, model: 'asked', id: 'req', createdAt: 1_700_000_000 }

/** What a client is sent of a wire's whole stream. */
export function translateTrace(stream: StreamTranslator, trace: string): string {
  return eventsIn(trace).map(stream.push).join('') + stream.end()
}
