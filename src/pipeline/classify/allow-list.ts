/**
 * Finds that are none: a test card, an own domain. What is asked is whether one find is allowed, by what it is and what
 * it says; another find in the same text is never asked about.
 */
import { isWithin, parseAddress, parseNetwork } from '../../table/network.ts'
import type { AllowList } from '../../table/route-table.ts'

/** What a detector found, and the plain text of it. */
export interface AllowQuestion {
  /** `secrets`, `pii` or the id of a pattern. */
  detector: string
  kind: string
  text: string
}

export type IsAllowed = (find: AllowQuestion) => boolean

export function createAllowList({ values, domains, networks }: AllowList): IsAllowed {
  const exact = new Set(values)
  const folded = new Set(values.map((value) => value.toLowerCase()))
  const compact = new Set(values.map(compactOf))
  const nets = networks.flatMap((network) => parseNetwork(network) ?? [])

  return ({ detector, kind, text }) => {
    if (detector !== 'pii') return exact.has(text)
    if (kind === 'email') return folded.has(text.toLowerCase()) || isOf(domains, text)
    if (kind === 'ip') {
      const address = parseAddress(text)
      return (
        folded.has(text.toLowerCase()) || (address !== null && nets.some((net) => isWithin(address, net)))
      )
    }
    // Days and months of different length would read alike.
    return kind === 'birth-date' ? exact.has(text) : compact.has(compactOf(text))
  }
}

/** As a number is compared: however it is grouped. */
function compactOf(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase()
}

function isOf(domains: readonly string[], address: string): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
  return domains.some((own) => domain === own || domain.endsWith(`.${own}`))
}
