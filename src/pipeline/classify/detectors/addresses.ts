/** Public addresses of machines, IPv4 and IPv6, told from version numbers. */

const OCTETS = /^\d{1,3}(?:\.\d{1,3}){3}$/

/** @param before the text before it */
export function isPublicIpv4(written: string, before: string): boolean {
  if (!OCTETS.test(written)) return false
  const [first = '', second = '', third = '', fourth = ''] = written.split('.')
  const [a, b] = [Number(first), Number(second)]
  if (Math.max(a, b, Number(third), Number(fourth)) > 255 || a === 0 || a === 10 || a === 127 || a >= 224)
    return false
  if ((a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)) return false
  return !isVersion(before)
}

/** `version 4.11.0.2`, `upgrade it from 1.5.14 to 2.3.10.207`, section numbers. */
function isVersion(before: string): boolean {
  if (!/[a-z]/i.test(before)) return false
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
