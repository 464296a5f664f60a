/** A body that the test sends by hand, and that breaks when the request is aborted, as fetch's does. */

export interface ControlledStream {
  response: Response
  /** Resolves when the reader took the bytes. */
  send: (data: string | Uint8Array) => Promise<void>
  end: () => Promise<void>
  break: (error?: Error) => Promise<void>
}

const encoder = new TextEncoder()

export function controlledStream(signal: AbortSignal, init: ResponseInit = {}): ControlledStream {
  const pipe = new TransformStream<Uint8Array, Uint8Array>()
  const writer = pipe.writable.getWriter()
  writer.closed.catch(() => {})
  signal.addEventListener('abort', () => writer.abort(signal.reason))
  return {
    response: new Response(pipe.readable, { headers: { 'content-type': 'text/event-stream' }, ...init }),
    send: (data) => writer.write(typeof data === 'string' ? encoder.encode(data) : data),
    end: () => writer.close(),
    break: (error = new Error('connection reset')) => writer.abort(error),
  }
}
