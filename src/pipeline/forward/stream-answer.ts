/**
 * The client's side of a streamed answer. Its status and headers are held back until commit(), so
 * that a failure before it is an ordinary error response; after it, a failure is an error frame of the
 * protocol, never a silent end. Every wait for the client shows in `waitingSince`, so that a client
 * which takes nothing can be told from a backend that sends nothing.
 */
import type { GatewayError } from '../../errors.ts'
import type { BytePipe } from '../../ports.ts'
import type { Dialect } from '../../protocols/dialect.ts'
import { ClientGone } from './client-gone.ts'

export interface StreamAnswer {
  readonly committed: boolean
  /** Unix ms since which the client has taken nothing of what it was offered; null = it owes nothing. */
  readonly waitingSince: number | null
  /** Unix ms at which the client last took something. */
  readonly lastTaken: number
  commit: (headers: Record<string, string>) => void
  /** Settles when the client took the bytes. Only after commit(). @throws ClientGone */
  write: (bytes: Uint8Array) => Promise<void>
  close: () => Promise<void>
  /** @param aligned whether what was written so far ends where an event ends */
  fail: (error: GatewayError, aligned: boolean) => Promise<void>
  /** The client seems to be gone: the last words are said without waiting for anybody to hear them. */
  drop: (error: GatewayError) => void
  /** The client takes nothing: cut its connection. */
  cut: (reason: unknown) => void
}

const encoder = new TextEncoder()

export interface StreamAnswerOptions {
  createPipe: () => BytePipe
  /** Headers of every answer to this request. */
  answerHeaders: Readonly<Record<string, string>>
  /** What the client speaks. */
  dialect: Dialect
  correlationId: string
}

/** @param resolve takes the response, once */
export function createStreamAnswer(
  { createPipe, answerHeaders, dialect, correlationId }: StreamAnswerOptions,
  resolve: (response: Response) => void,
): StreamAnswer {
  let writer: WritableStreamDefaultWriter<Uint8Array> | null = null
  let waits = 0
  let waitingSince: number | null = null
  let lastTaken = Date.now()
  let last: Uint8Array | null = null

  const refuse = (error: GatewayError): void => {
    const headers = { ...answerHeaders, [dialect.idHeader]: correlationId }
    resolve(error.toResponse(headers, dialect.errorBody(error, correlationId)))
  }
  /** The error as an event; behind half an event it begins on a line of its own. */
  const frameOf = (error: GatewayError, aligned: boolean): Uint8Array => {
    const frame = dialect.errorFrame(error, { requestId: correlationId, last })
    return encoder.encode(aligned ? frame : `\n\n${frame}`)
  }
  const settle = (): void => {
    waits -= 1
    lastTaken = Date.now()
    waitingSince = waits === 0 ? null : lastTaken
  }
  const lost = (): never => {
    settle()
    throw new ClientGone()
  }
  // Plain callbacks: this runs for every chunk of every stream.
  const settled = (taking: Promise<void>): Promise<void> => {
    waits += 1
    waitingSince ??= Date.now()
    return taking.then(settle, lost)
  }
  const opened = (): WritableStreamDefaultWriter<Uint8Array> => {
    if (writer === null) throw new Error('write before commit')
    return writer
  }
  return {
    get committed() {
      return writer !== null
    },
    get waitingSince() {
      return waitingSince
    },
    get lastTaken() {
      return lastTaken
    },
    commit(headers) {
      const pipe = createPipe()
      writer = pipe.writable.getWriter()
      // A writer that is aborted rejects this promise too; nobody else waits for it.
      writer.closed.catch(() => {})
      resolve(new Response(pipe.readable, { headers }))
    },
    write(bytes) {
      last = bytes
      return settled(opened().write(bytes))
    },
    close: () => settled(opened().close()),
    async fail(error, aligned) {
      if (writer === null) {
        refuse(error)
        return
      }
      await settled(writer.write(frameOf(error, aligned)))
      await settled(writer.close())
    },
    drop(parting) {
      if (writer === null) {
        refuse(parting)
        return
      }
      // Not aborted: workerd would log the reason as an uncaught exception, at any client's whim.
      writer.write(frameOf(parting, false)).catch(() => {})
      writer.close().catch(() => {})
    },
    cut(reason) {
      writer?.abort(reason).catch(() => {})
    },
  }
}
