/** Networks of IP addresses, as CIDR: which addresses lie in one. */

export interface Network {
  /** 4 or 16 bytes, in network order. */
  address: readonly number[]
  /** How many bits from the left are the network's. */
  bits: number
}

/** @returns null for what is no CIDR, such as `10.0.0.0/33` */
export function parseNetwork(text: string): Network | null {
  const [written = '', length = ''] = text.split('/')
  const address = parseAddress(written)
  const bits = Number(length)
  if (address === null || !/^\d{1,3}$/.test(length) || bits > 8 * address.length) return null
  return { address, bits }
}

/** The bytes of an IPv4 or IPv6 address; null for what is none. */
export function parseAddress(text: string): number[] | null {
  if (!text.includes(':')) return parseOctets(text)
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [front, back] = [groupsOf(halves[0]), groupsOf(halves[1])]
  if (front === null || back === null) return null
  const missing = 8 - front.length - back.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null
  return [...front, ...Array<number>(missing).fill(0), ...back].flatMap((group) => [group >> 8, group & 255])
}

function parseOctets(text: string): number[] | null {
  const parts = text.split('.')
  const octets = parts.map(Number)
  const sound = parts.every((part) => /^\d{1,3}$/.test(part)) && octets.every((octet) => octet < 256)
  return sound && octets.length === 4 ? octets : null
}

/** Groups of four hexadecimal digits between colons; none for an empty half. */
function groupsOf(half: string | undefined): number[] | null {
  if (half === undefined || half === '') return []
  const groups = half.split(':')
  return groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : null
}

export function isWithin(address: readonly number[], network: Network): boolean {
  if (address.length !== network.address.length) return false
  return address.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, network.bits - 8 * i))
    return (byte ^ (network.address[i] ?? 0)) >> (8 - bits) === 0
  })
}
