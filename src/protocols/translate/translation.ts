/**
 * What lies between a client's protocol and the one that is spoken to a backend, where they differ. Chat is the hub: a
 * longer way is composed of translations to and from it.
 */

import type { WireEvent } from '../sse.ts'

/** What a translation leaves out, by the client's name of the field (`top_k`, `messages[].content[].cache_control`), each once. */
export type Lost = readonly string[]

export interface TranslatedRequest {
  body: Record<string, unknown>
  lost: Lost
}

export interface Translation {
  /**
   * The body for the wire; the backend's model id stands in `model` already. Never changes what it is given. Asks the wire
   * for usage.
   * @throws GatewayError invalid_field (400) for what the client's protocol itself forbids, not_translatable (400, param)
   *   for what the wire cannot express and whose loss would change the meaning
   */
  request: (body: Readonly<Record<string, unknown>>) => TranslatedRequest
  /**
   * The client's name of a field of the wire, where a longer way loses or refuses it further on. Left out, fields have the
   * same names.
   */
  clientField?: (field: string) => string
  /**
   * The wire's whole answer as the client's.
   * @throws TypeError for an answer that makes no sense
   */
  answer: (answer: Readonly<Record<string, unknown>>, asked: Asked) => Record<string, unknown>
  /** A new state machine for one streamed answer. */
  stream: (asked: Asked) => StreamTranslator
}

/** What of the request its answer needs. */
export interface Asked {
  /** As the client sent it. */
  body: Readonly<Record<string, unknown>>
  /** The name the client asked for. */
  model: string
  /** Unique: for ids that the wire does not give. */
  id: string
  /** Unix seconds. */
  createdAt: number
}

/** May be dropped at any point; it makes no error frames. */
export interface StreamTranslator {
  /**
   * One event of the wire as whole events of the client's protocol (`event: …\ndata: …\n\n`); '' for none.
   * @throws TypeError for an event that makes no sense
   */
  push: (event: WireEvent) => string
  /** The wire's stream has ended well: what is still owed to the client (closing events, `[DONE]`); '' for none. */
  end: () => string
}
