/** An answer whose body comes in these pieces. */
export function answerOf(pieces: readonly Uint8Array[], isStreamed: boolean): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) if (piece.byteLength > 0) controller.enqueue(piece)
      controller.close()
    },
  })
  return new Response(body, {
    headers: { 'content-type': isStreamed ? 'text/event-stream' : 'application/json' },
  })
}
