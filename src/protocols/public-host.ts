/**
 * Whether a host is one of the public internet, as far as its name or address tells: a name may still lead anywhere, for
 * nobody looks it up here.
 */

/** Names that mean something within a network only. */
const INNER_NAME =
  /(?:^|\.)(?:localhost|localdomain|local|lan|home|home\.arpa|internal|intranet|corp|private|svc)$/

/** First address and length of the prefix: what is not reached over the internet (RFC 6890). */
const INNER_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
]
const INNER_NETWORKS = INNER_IPV4.map(([first, length]) => [numberOf(first), 2 ** (32 - length)] as const)

/** @param host as `URL.hostname` has it: lower case, IPv4 in four decimal numbers, IPv6 in brackets and shortened */
export function isPublicHost(host: string): boolean {
  if (host.startsWith('[')) return isPublicIpv6(host.slice(1, -1))
  if (/^[\d.]+$/.test(host)) return isPublicIpv4(host)
  const name = host.replace(/\.$/, '')
  return name.includes('.') && !INNER_NAME.test(name)
}

function isPublicIpv4(address: string): boolean {
  const value = numberOf(address)
  return !INNER_NETWORKS.some(([first, size]) => value >= first && value < first + size)
}

/** Global unicast is 2000::/3; Teredo and 6to4 have an IPv4 address within. */
function isPublicIpv6(address: string): boolean {
  const [first = '', second = ''] = address.split(':')
  const [head, next] = [Number.parseInt(first || '0', 16), Number.parseInt(second || '0', 16)]
  if (head < 0x2000 || head > 0x3fff || head === 0x2002) return false
  return head !== 0x2001 || next !== 0
}

function numberOf(address: string): number {
  return address.split('.').reduce((value, octet) => value * 256 + Number(octet), 0)
}
