/** A stream of JSON objects, one a line, read as if each were an event: what follows then knows one framing. */

const LF = 0x0a
const CR = 0x0d
const EVENT = new TextEncoder().encode('data: ')
const END = new TextEncoder().encode('\n\n')

/** What is read of a stream. */
export type ByteReader = Pick<ReadableStreamDefaultReader<Uint8Array>, 'read'>

export function linesAsEvents(lines: ByteReader): ByteReader {
  let isInLine = false
  return {
    async read() {
      const piece = await lines.read()
      if (!piece.done) return { done: false, value: framed(piece.value) }
      // The last line may have no end.
      if (!isInLine) return piece
      isInLine = false
      return { done: false, value: END }
    },
  }

  function framed(bytes: Uint8Array): Uint8Array {
    const pieces: Uint8Array[] = []
    let from = 0
    while (from < bytes.byteLength) {
      const at = bytes.indexOf(LF, from)
      const to = at === -1 ? bytes.byteLength : at
      const line = bytes.subarray(from, to)
      // Between lines may be nothing at all, which is no event.
      if (line.byteLength > 0 && (isInLine || line.byteLength > 1 || line[0] !== CR)) {
        if (!isInLine) pieces.push(EVENT)
        pieces.push(line)
        isInLine = true
      }
      if (at !== -1 && isInLine) {
        pieces.push(END)
        isInLine = false
      }
      from = to + 1
    }
    return joined(pieces)
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.byteLength
  }
  return bytes
}
