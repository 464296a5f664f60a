/**
 * The client's side of a streamed answer. Its status and headers are held back until commit(), so
 * that a failure before it is an ordinary error response; after it, a failure is an error frame of the
 * protocol, never a silent end.
 */
import type { GatewayError } from '../../errors.ts'
import type { BytePipe } from '../../ports.ts'

export interface StreamAnswer {
  readonly committed: boolean
  commit: (headers: Record<string, string>) => void
  /** Settles when the client took the bytes; rejects when it is gone. Only after commit(). */
  write: (bytes: Uint8Array) => Promise<void>
  close: () => Promise<void>
  fail: (error: GatewayError) => Promise<void>
  /** The client is gone or takes nothing: drop everything. */
  abandon: (reason: unknown) => void
}

const encoder = new TextEncoder()

/** @param resolve takes the response, once */
export function createStreamAnswer(
  createPipe: () => BytePipe,
  resolve: (response: Response) => void,
): StreamAnswer {
  let writer: WritableStreamDefaultWriter<Uint8Array> | null = null
  const open = (): WritableStreamDefaultWriter<Uint8Array> => {
    if (writer === null) throw new Error('write before commit')
    return writer
  }
  return {
    get committed() {
      return writer !== null
    },
    commit(headers) {
      const pipe = createPipe()
      writer = pipe.writable.getWriter()
      // A writer that is aborted rejects this promise too; nobody else waits for it.
      writer.closed.catch(() => {})
      resolve(new Response(pipe.readable, { headers }))
    },
    write: (bytes) => open().write(bytes),
    close: () => open().close(),
    async fail(error) {
      if (writer === null) {
        resolve(error.toResponse())
        return
      }
      await writer.write(encoder.encode(`data: ${JSON.stringify(error.toBody())}\n\n`))
      await writer.close()
    },
    abandon(reason) {
      if (writer === null) resolve(new Response(null, { status: 499 }))
      else writer.abort(reason).catch(() => {})
    },
  }
}
