/**
 * Bodies for sinks, compressed as far as it is cheap: spans are so alike that a higher level gains an eighth, for thrice
 * the CPU. They are put together in memory that is kept: as much anew each time costs as much as half of the compression.
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** @param parts one after the other */
export type Compress = (parts: readonly string[]) => Promise<Uint8Array>

const LEVEL = 3
/** Bytes; what a longer body took is let go. */
const MOST_KEPT = 4 * 1024 * 1024

const compressed: (body: Uint8Array, options: { level: number }) => Promise<Uint8Array> = promisify(gzip)

export function createCompress(): Compress {
  let kept = Buffer.alloc(0)
  return async (parts) => {
    const size = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0)
    const bytes = size <= kept.length ? kept : Buffer.allocUnsafe(size)
    // Nobody else's while it is read.
    kept = Buffer.alloc(0)
    let at = 0
    for (const part of parts) at += bytes.write(part, at)
    const body = await compressed(bytes.subarray(0, at), { level: LEVEL })
    if (bytes.length <= MOST_KEPT) kept = bytes
    return body
  }
}
