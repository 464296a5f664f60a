/** A/B by weight: the same key always falls on the same arm. */

/** @param arms not empty, weights above 0 */
export function pickArm(arms: readonly { to: string; weight: number }[], key: string): string {
  const total = arms.reduce((sum, { weight }) => sum + weight, 0)
  let point = (hash(key) / 2 ** 32) * total
  for (const { to, weight } of arms) {
    point -= weight
    if (point < 0) return to
  }
  return arms.at(-1)?.to ?? ''
}

/** FNV-1a over UTF-16 units, then MurmurHash3's finalizer so that close keys fall far apart. 0 to 2^32 - 1. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
