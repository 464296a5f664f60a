/** Bodies for sinks, compressed as far as it is cheap: spans are so alike that a higher level gains an eighth, for thrice the CPU. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const LEVEL = 3

const compressed: (body: string, options: { level: number }) => Promise<Uint8Array> = promisify(gzip)

export function compress(body: string): Promise<Uint8Array> {
  return compressed(body, { level: LEVEL })
}
