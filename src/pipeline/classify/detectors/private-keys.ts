/** Private keys in armour: `-----BEGIN … PRIVATE KEY-----` up to its end. */
import type { Find } from './detector.ts'

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const LONGEST_KEY_BLOCK = 16 * 1024
/** Less than this between the markers is no key, but talk about one. */
const SHORTEST_KEY = 8

/** A block whose end is missing or far away counts up to the bound. Both markers are walked once. */
export function findPrivateKeys(text: string): Find[] {
  if (!text.includes('PRIVATE KEY')) return []
  const ends = Array.from(text.matchAll(END), ({ 0: marker, index }) => ({
    from: index,
    to: index + marker.length,
  }))
  let next = 0
  let seen = 0
  return Array.from(text.matchAll(BEGIN)).flatMap(({ 0: marker, index: start }) => {
    if (start < seen) return []
    const inside = start + marker.length
    // One row of dashes may close the one marker and open the other.
    while ((ends[next]?.to ?? Infinity) <= inside) next += 1
    const close = ends[next]
    const bound = Math.min(text.length, start + LONGEST_KEY_BLOCK)
    if (close !== undefined && close.from - inside < SHORTEST_KEY) return []
    seen = Math.min(close?.to ?? bound, bound)
    return [{ start, end: seen, kind: 'private-key' }]
  })
}
