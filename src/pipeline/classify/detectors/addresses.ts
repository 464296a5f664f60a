/** Public addresses of machines, IPv4 and IPv6, told from version numbers. */
import { isDigit } from './number-run.ts'

const DOT = 46

/** Whether four numbers of at most three digits and the dots between them fill a stretch, and anyone may be there. */
export function isPublicIpv4(codes: Uint16Array, start: number, end: number): boolean {
  let address = 0
  let octets = 0
  for (let at = start; at < end; at += 1) {
    let octet = 0
    const first = at
    for (; at < end && at < first + 3 && isDigit(codes[at] ?? 0); at += 1) {
      octet = 10 * octet + (codes[at] ?? 0) - 48
    }
    if (at === first || octet > 255 || (at < end && codes[at] !== DOT)) return false
    address = 256 * address + octet
    octets += 1
  }
  return (
    octets === 4 && codes[end - 1] !== DOT && isPublic(Math.floor(address / 2 ** 24), (address >> 16) & 255)
  )
}

function isPublic(a: number, b: number): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false
  return !(a === 172 && b >= 16 && b < 32) && !(a === 192 && b === 168) && !(a === 169 && b === 254)
}

/**
 * `version 4.11.0.2`, `upgrade it from 1.5.14 to 2.3.10.207`, section numbers.
 * @param before the text before it
 */
export function isVersion(before: string): boolean {
  return (
    /(?:\bv|section|chapter)[\s:=]{0,3}$/i.test(before) ||
    /\b(?:versions?|releases?|upgraded?|updated?|downgraded?|build)\b[^!?\n]{0,40}$/i.test(before)
  )
}

/** A global unicast address; what is local (`fe80::`, `fd00::`, `::1`) says nothing about anyone. */
export const IPV6: RegExp = /[23][0-9a-fA-F]{3}:[0-9a-fA-F:]{3,34}(?![\w:])/y

export function isIpv6(written: string): boolean {
  const halves = written.split('::')
  const groups = written.split(':').filter((group) => group !== '')
  if (groups.some((group) => group.length > 4) || halves.length > 2 || written.includes(':::')) return false
  return halves.length === 2 ? groups.length >= 2 && groups.length <= 7 : groups.length === 8
}
