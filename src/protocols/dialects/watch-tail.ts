import type { EndVerdict, EndWatch } from '../dialect.ts'

/** How much of the end is kept. */
const TAIL_PIECES = 4
const TAIL_BYTES = 4096

/** Keeps the last pieces of a stream, and judges them when it has ended. */
export function watchTail(judgeEnd: (tail: string) => EndVerdict): EndWatch {
  const tail: Uint8Array[] = []
  return {
    add(piece) {
      tail.push(piece.byteLength > TAIL_BYTES ? piece.subarray(-TAIL_BYTES) : piece)
      if (tail.length > TAIL_PIECES) tail.shift()
    },
    judge(rest) {
      const decoder = new TextDecoder()
      return judgeEnd(tail.map((piece) => decoder.decode(piece)).join('') + rest)
    },
  }
}
