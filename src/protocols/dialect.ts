/**
 * What the engine must know of a protocol: as what a backend speaks, to judge what comes; as what a client speaks, to tell
 * it of failures and to bridge silences in its own form.
 */
import type { GatewayError } from '../errors.ts'
import type { WireEvent } from './sse.ts'

export type AnswerVerdict =
  | { kind: 'answer' }
  /** The backend reports a failure inside a 200. */
  | { kind: 'error'; error: Record<string, unknown> }
  /** It was held back for safety, before it said anything. */
  | { kind: 'filtered' }
  | { kind: 'garbled' }

export type EventVerdict =
  | { kind: 'content' }
  /** The end of an answer that was held back for safety, before it said anything. */
  | { kind: 'filtered' }
  /** Nothing a client could not do without: a role, an empty delta. */
  | { kind: 'prelude' }
  /** The backend reports a failure inside a 200. */
  | { kind: 'error'; error: Record<string, unknown> }
  | { kind: 'garbled' }

/** `done` = it has said so, or told of a failure; `finished` = the answer is whole, but it has not said so. */
export type EndVerdict = 'done' | 'finished' | 'truncated'

/** Sees a stream go by, to say in the end whether the answer was complete. */
export interface EndWatch {
  /** @param piece whole events, or a part of one that is very large */
  add: (piece: Uint8Array) => void
  /** @param rest what came behind the last blank line; '' for nothing */
  judge: (rest: string) => EndVerdict
}

export interface ErrorFrameContext {
  /** Of the request. */
  requestId: string
  /** What the client was sent last; null = nothing yet. */
  last: Uint8Array | null
}

export interface Dialect {
  /** Its streams are JSON objects, one a line; left out, they are server-sent events. */
  isLines?: true
  /**
   * What a whole answer that is not streamed means. It is parsed only where its ends look odd.
   * @param isFilterOfInterest whether to look for an answer that was held back, which costs a parse where one says so
   */
  judgeAnswer: (bytes: Uint8Array, isFilterOfInterest: boolean) => AnswerVerdict
  /** What one event means: has the answer begun, or has it failed? */
  judgeEvent: (event: WireEvent) => EventVerdict
  /** A new look at one stream, for its end. */
  watchEnd: () => EndWatch
  /** Closes a stream that has finished without saying so: whole events. */
  terminator: string
  /** An event, or a comment, that tells nothing. */
  keepAlive: string
  /** Where the vendor's own clients look for the request's id when it was refused. */
  idHeader: 'request-id' | 'x-request-id'
  errorBody: (error: GatewayError, requestId: string) => Record<string, unknown>
  /** What ends a stream that fails after it has begun: whole events. */
  errorFrame: (error: GatewayError, context: ErrorFrameContext) => string
}
