/** Hashes that spread, for sharing work out. Not for secrets. */

/** FNV-1a over UTF-16 units, then mixed so that close keys fall far apart. 0 to 2^32 - 1. */
export function hashText(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return mixBits(h)
}

/** MurmurHash3's finalizer: one-to-one on 32 bits. */
export function mixBits(bits: number): number {
  let h = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
